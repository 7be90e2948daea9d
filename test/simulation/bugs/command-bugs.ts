import type { LogRecord, RecordSink } from '../../../src/log/log.js';
import type { PlantedBug } from './planted-bug.js';
import { withSink } from './restore-bugs.js';

const EVERY = 60;

/** Hands every so often something else over than what was read. */
const everyNth = (change: (records: readonly LogRecord[]) => readonly LogRecord[]) => {
  let seen = 0;
  return (sink: RecordSink): RecordSink =>
    (partition, records) => {
      seen += records.length;
      if (seen < EVERY || records.length < 3) return sink(partition, records);
      seen = 0;
      return sink(partition, change(records));
    };
};

export const COMMAND_BUGS: readonly PlantedBug[] = [
  {
    name: 'skips a command',
    plant: () => {
      const skip = everyNth((records) => records.filter((_, index) => index !== 1));
      return { log: (log) => withSink(log, skip) };
    },
  },
  {
    name: 'decides commands out of order',
    plant: () => {
      const swap = everyNth(([first, second, ...rest]) => [second!, first!, ...rest]);
      return { log: (log) => withSink(log, swap) };
    },
  },
];
