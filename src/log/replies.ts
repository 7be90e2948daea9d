import type { Command } from '../domain/command.js';
import type { CommandId } from '../domain/kernel/ids.js';
import { invariant } from '../domain/kernel/errors.js';
import type { Logger } from '../observability/logger.js';
import { RecordQueues } from './record-queue.js';
import { Overloaded } from './errors.js';
import type { Log, LogRecord, Subscription, Topics } from './log.js';
import { murmur2 } from './partition.js';
import { decodeReply, encodeReply, type Reply } from './reply-codec.js';

export type { Reply };

/** Requests that one process lets wait at a time. */
const WAITS_MAX = 20_000;

export interface RepliesOptions {
  readonly log: Log;
  readonly topics: Topics;
  /** Of this process, fresh at every start: nobody else's replies are ours. */
  readonly instance: string;
  readonly logger: Logger;
  /** The reply topic cannot be read any more: the process has to stop. */
  readonly onFatal: (error: Error) => void;
  readonly waitsMax?: number;
}

export interface AwaitedReply {
  readonly reply: Promise<Reply>;
  /** Gives the wait up; the promise then never settles. */
  readonly cancel: () => void;
}

/**
 * Brings answers back to whoever waits: in memory within a process, else through `tributary.replies`. A reply that
 * is lost is not repeated: the request ends as 503, and the same command id gets its answer again.
 */
export class Replies {
  readonly #waiting = new Map<string, Set<(reply: Reply) => void>>();
  readonly #outgoing: RecordQueues;
  #waits = 0;
  #inbox: { readonly partition: number; readonly subscription: Subscription } | null = null;

  constructor(private readonly options: RepliesOptions) {
    this.#outgoing = new RecordQueues(options.log, options.topics.replies);
  }

  /** Reads this process's partition of the reply topic from its end. */
  async start(): Promise<void> {
    const { log, topics, instance, onFatal } = this.options;
    const partition = (murmur2(Buffer.from(instance)) & 0x7fffffff) % (await log.partitions(topics.replies));
    const { end } = await log.range(topics.replies, partition);
    const subscription = log.subscribe(
      topics.replies,
      (_, records) => this.#receive(records),
      (_, error) => onFatal(error),
    );
    subscription.add(partition, end);
    this.#inbox = { partition, subscription };
  }

  async stop(): Promise<void> {
    await this.#inbox?.subscription.close();
    await this.#outgoing.drained();
  }

  /** Goes into every command that waits for its reply. */
  get replyTo(): { readonly instance: string; readonly partition: number } {
    invariant(this.#inbox !== null, 'replies are started before commands are sent');
    return { instance: this.options.instance, partition: this.#inbox.partition };
  }

  /** Register before sending: the reply may be faster than the acknowledgement. @throws Overloaded */
  wait(commandId: CommandId): AwaitedReply {
    if (this.#waits >= (this.options.waitsMax ?? WAITS_MAX)) throw new Overloaded(`${this.#waits} replies are awaited`);
    let settle: (reply: Reply) => void = () => undefined;
    const reply = new Promise<Reply>((resolve) => (settle = resolve));
    const settles = this.#waiting.get(commandId) ?? new Set();
    this.#waiting.set(commandId, settles.add(settle));
    this.#waits += 1;
    return { reply, cancel: () => this.#forget(commandId, settle) };
  }

  #forget(commandId: CommandId, settle: (reply: Reply) => void): void {
    const settles = this.#waiting.get(commandId);
    if (settles?.delete(settle) !== true) return;
    this.#waits -= 1;
    if (settles.size === 0) this.#waiting.delete(commandId);
  }

  /** Hands the answer of a command to its process. Resolves when it is on its way; a failure is logged, not thrown. */
  async deliver(command: Pick<Command, 'replyTo'>, reply: Reply): Promise<void> {
    if (command.replyTo === null) return;
    const { instance, partition } = command.replyTo;
    if (instance === this.options.instance) return this.#settle(reply);
    try {
      await this.#outgoing.of(partition).push({ key: instance, value: encodeReply(instance, reply) });
    } catch (error) {
      // The decision stands in the log: whoever asks again with the same id is answered again.
      this.options.logger.warn({ err: error, commandId: reply.commandId, instance }, 'a reply was lost');
    }
  }

  /** Late and unknown replies find nobody and are dropped. All that wait for the same command get the same answer. */
  #settle(reply: Reply): void {
    const settles = this.#waiting.get(reply.commandId);
    if (settles === undefined) return;
    this.#waiting.delete(reply.commandId);
    this.#waits -= settles.size;
    for (const settle of settles) settle(reply);
  }

  #receive(records: readonly LogRecord[]): Promise<void> {
    for (const record of records) {
      const reply = decodeReply(this.options.instance, record.value);
      if (reply !== null) this.#settle(reply);
    }
    return Promise.resolve();
  }
}
