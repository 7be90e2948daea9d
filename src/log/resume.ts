import { commandIdOf } from './command-codec.js';
import { CommandsTruncated } from './errors.js';
import type { FenceState } from './fence.js';
import type { Log, LogRange } from './log.js';

export interface ResumeOptions {
  readonly log: Log;
  /** Name of the commands topic. */
  readonly topic: string;
  readonly partition: number;
  /** Retention was faster than the decider: this many commands were never decided. An alarm, not an end. */
  readonly onCommandsLost: (lost: bigint) => void;
}

/**
 * Where deciding goes on: behind the command that the last applied event answers (DESIGN §2.2 "Resume").
 * @throws CommandsTruncated that command is another one now, or the topic ends before it
 */
export const resumeAt = async (options: ResumeOptions, fence: FenceState): Promise<bigint> => {
  const { log, topic, partition } = options;
  const resume = fence.commandOffset + 1n;
  const range = await log.range(topic, partition);
  if (range.end < resume) throw new CommandsTruncated(partition, fence.commandOffset, range);
  if (range.start > resume) options.onCommandsLost(range.start - resume);
  if (range.start >= resume) return range.start;
  await requireSameCommand(options, fence, range);
  return resume;
};

const requireSameCommand = async (
  { log, topic, partition }: ResumeOptions,
  { commandOffset, commandId }: FenceState,
  range: LogRange,
): Promise<void> => {
  const { records } = await log.read(topic, partition, commandOffset);
  const record = records[0];
  if (record?.offset !== commandOffset || commandIdOf(record.value) !== commandId) {
    throw new CommandsTruncated(partition, commandOffset, range);
  }
};
