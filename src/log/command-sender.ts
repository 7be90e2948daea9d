import type { Command } from '../domain/command.js';
import type { Beat } from './beat.js';
import { RecordQueues } from './record-queue.js';
import { encodeCommand } from './command-codec.js';
import { Overloaded } from './errors.js';
import type { Log, Topics } from './log.js';
import { partitionOf } from './partition.js';

export interface CommandSenderOptions {
  readonly log: Log;
  readonly topics: Topics;
  /** Left out: commands never wait for one another. */
  readonly beat?: Beat;
}

export interface SentCommand {
  readonly partition: number;
  readonly offset: bigint;
}

/** Sends commands to the partition of their org, in batches per partition (DESIGN §1.1). */
export class CommandSender {
  readonly #queues: RecordQueues;
  #partitions: Promise<number> | null = null;
  #closed = false;

  constructor(private readonly options: CommandSenderOptions) {
    const { log, topics, beat } = options;
    this.#queues = new RecordQueues(log, topics.commands, beat && ((send) => beat.next(send)));
  }

  /**
   * Resolves when the command is acknowledged. After AppendUnknown the same command may be sent again: its id makes
   * a repeat harmless.
   * @throws Overloaded nothing was sent; AppendTooLarge; AppendUnknown
   */
  async send(command: Command): Promise<SentCommand> {
    const partitions = await this.#partitionCount();
    if (this.#closed) throw new Overloaded('the process is shutting down');
    const partition = partitionOf(command.orgId, partitions);
    const offset = await this.#queues.of(partition).push({ key: command.orgId, value: encodeCommand(command) });
    return { partition, offset };
  }

  /** The number of partitions never changes (DESIGN §2.1); a failed question is asked again. */
  #partitionCount(): Promise<number> {
    this.#partitions ??= this.options.log.partitions(this.options.topics.commands).catch((error: unknown) => {
      this.#partitions = null;
      throw error;
    });
    return this.#partitions;
  }

  /** Refuses new commands and resolves when all that were taken are through. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#queues.drained();
  }
}
