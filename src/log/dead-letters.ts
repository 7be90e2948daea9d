import { RecordQueues } from './record-queue.js';
import { commandIdOf } from './command-codec.js';
import type { Log, LogRecord, Topics } from './log.js';

/** The topic has one partition: dead letters are rare, and people read them. */
const PARTITION = 0;

export interface DeadCommand {
  /** As it stood in `tributary.commands`; commands hold personal data only sealed. */
  readonly record: LogRecord;
  readonly partition: number;
  readonly error: Error;
}

/** Commands that cannot be decoded, or whose decision threw. */
export class DeadLetters {
  readonly #queues: RecordQueues;

  constructor({ log, topics }: { readonly log: Log; readonly topics: Topics }) {
    this.#queues = new RecordQueues(log, topics.deadLetters);
  }

  /**
   * Resolves when the letter is acknowledged; only then may the partition go on. A command that is decided again
   * after a crash leaves a second letter with the same `commandid`.
   * @throws AppendUnknown | Overloaded
   */
  async append({ record, partition, error }: DeadCommand): Promise<void> {
    const letter = {
      commandid: commandIdOf(record.value),
      partition,
      offset: String(record.offset),
      timestampms: record.timestampMs,
      error: { name: error.name, message: error.message },
      command: record.value.toString('base64'),
    };
    await this.#queues.of(PARTITION).push({ key: record.key ?? '', value: Buffer.from(JSON.stringify(letter)) });
  }
}
