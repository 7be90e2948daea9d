import { epochMsOf } from '../domain/kernel/instant.js';
import type { Command } from '../domain/command.js';
import type { Answer } from '../domain/decision.js';
import type { StoredEvent } from '../events/event.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { EventInvalid } from '../log/event-validation.js';
import { AppendTooLarge, type LogRecord } from '../log/log.js';
import { mapInSlices } from '../observability/event-loop-slices.js';
import { BatchDecider } from './batch-decider.js';
import type { Batch, BatchBounds } from './batch.js';
import { Unwritable } from './command-decider.js';
import type { Ending } from './ending.js';
import type { PartitionSetup } from './partition-setup.js';
import type { Writer } from './ports.js';
import { checkpointAt, Replay } from './replay.js';
import { Snapshotter } from './snapshotter.js';
import { requireRunning, unlessStopped } from './stop-signal.js';
import { whenUp, type Waiting } from './when-up.js';
import { weighed, WorkingSet } from './working-set.js';

interface Claimed {
  readonly setup: PartitionSetup;
  readonly ending: Ending;
  readonly writer: Writer;
  /** What the restore starts from. */
  readonly checkpoint: Checkpoint | null;
}

/** One claim of a partition: its writer and all that was built in memory under it are thrown away together. */
export class Tenure {
  private readonly workingSet: WorkingSet;
  private readonly snapshotter: Snapshotter;
  private readonly decider: BatchDecider;
  private delivering: Promise<unknown> = Promise.resolve();
  private batches = 0;
  private undecidedMs: number | null = null;

  private constructor(private readonly claimed: Claimed) {
    const { setup, ending, writer, checkpoint } = claimed;
    const { partition, limits, core, clock, slices, logger, random } = setup;
    const workingSet = new WorkingSet(() => limits.workingSetBytes / setup.owned());
    this.workingSet = workingSet;
    this.snapshotter = new Snapshotter({
      partition,
      workingSet,
      limits,
      clock,
      slices,
      logger,
      random,
      signal: ending.signal,
      store: setup.snapshots,
      dueAt: core.dueAt,
      stored: checkpoint,
      unsavedBytesMax: () => limits.unsavedBytes / setup.owned(),
      onLost: (error) => ending.end(error),
    });
    this.decider = new BatchDecider({
      partition,
      claim: writer.claim,
      limits,
      clock,
      slices,
      logger,
      commands: setup.commands,
      state: workingSet,
      load: (keys) => this.snapshotter.load(keys),
      encodedBytes: (event) => writer.encodedBytes(event),
    });
  }

  /** Reads the checkpoint; `restore` claims. */
  static async open(setup: PartitionSetup, ending: Ending): Promise<Tenure> {
    const { partition, log, topics, clock, slices, logger, newClaim, processId } = setup;
    const checkpoint = await whenUp(() => setup.snapshots.checkpoint(partition), waitingOf(setup, ending));
    const onCommandsLost = (lost: bigint): void =>
      logger.error({ partition, lost: String(lost) }, 'commands were deleted before they were decided');
    const membership = async (): Promise<void> => {
      await setup.membership();
      requireRunning(ending.signal); // A reading that went on after the end must not claim: it would fence the heir.
    };
    const options = {
      log,
      topics,
      partition,
      by: processId,
      newClaim,
      clock,
      slices,
      checkpoint,
      membership,
      onCommandsLost,
    };
    const writer = await unlessStopped(setup.claimWriter(options), ending.signal);
    return new Tenure({ setup, ending, writer, checkpoint });
  }

  get claim(): string {
    return this.claimed.writer.claim;
  }
  /** Time of the last event of the partition, epoch ms. */
  get timeMs(): number {
    return this.claimed.writer.fence.timeMs;
  }
  /** Broker time of the oldest command that has arrived and is not answered; null when there is none. */
  get oldestUndecidedMs(): number | null {
    return this.undecidedMs;
  }
  /** True: the claim was good for something, the next failure is a new one. */
  get hasAnswered(): boolean {
    return this.batches > 0;
  }

  /** Replays what the snapshot lacks, and claims. Resolves with the offset of the first command to decide. */
  async restore(): Promise<bigint> {
    const { setup, ending, writer, checkpoint } = this.claimed;
    const { partition, snapshots, core, slices } = setup;
    const { workingSet, snapshotter } = this;
    const { signal } = ending;
    const recent = () => snapshots.recent(partition, checkpoint?.timeMs ?? 0);
    workingSet.take(await whenUp(recent, waitingOf(setup, ending)));
    const replay = new Replay({ core, workingSet, snapshotter, slices, signal });
    await unlessStopped(
      writer.restore((events) => replay.apply(events)),
      signal,
    );
    snapshotter.advance(writer.checkpoint);
    return unlessStopped(writer.resumeAt(), signal);
  }

  /** Answers commands in offset order, batch by batch. Never throws: what goes wrong ends the tenure. */
  async take(records: readonly LogRecord[]): Promise<void> {
    try {
      for (let rest = records; rest.length > 0 && !this.claimed.ending.signal.aborted;) {
        this.undecidedMs = rest[0]?.timestampMs ?? null;
        rest = rest.slice(await this.answerSome(rest));
      }
      this.undecidedMs = null;
    } catch (error) {
      this.claimed.ending.end(error as Error);
    }
  }

  /** The last snapshot; only after `take` has come to its end. */
  saveLast(): Promise<void> {
    return this.snapshotter.saveLast();
  }

  close(): void {
    this.snapshotter.close();
  }

  /** One batch: decide, append, and only when that is confirmed apply and reply. Returns how many it covered. */
  private async answerSome(records: readonly LogRecord[]): Promise<number> {
    const { writer } = this.claimed;
    await this.snapshotter.room();
    const { batch, events, position } = await this.append(records);
    await this.apply(batch, events);
    await this.reply(batch.answers, position);
    this.batches += 1;
    await writer.renewIfDue();
    this.workingSet.evict();
    return batch.commands;
  }

  private async append(records: readonly LogRecord[]) {
    const { setup, ending, writer } = this.claimed;
    const { limits, deadLetters } = setup;
    let bounds: BatchBounds = { commands: limits.batchCommands, bytes: limits.batchBytes };
    for (;;) {
      const batch = await this.decider.decide(records, bounds, writer.fence.timeMs);
      requireRunning(ending.signal);
      // Before the append: a crash in between leaves a second letter, never none.
      await Promise.all(batch.deadLetters.map((letter) => deadLetters.append(letter)));
      try {
        return { batch, ...(await writer.append(batch.pending)) };
      } catch (error) {
        bounds = this.narrowed(bounds, batch, error as Error);
      }
    }
  }

  /** Nothing was written: half of the batch is tried, down to the one command, which is refused. Never loops. */
  private narrowed(bounds: BatchBounds, batch: Batch, error: Error): BatchBounds {
    const definite = error instanceof AppendTooLarge || error instanceof EventInvalid;
    if (!definite || bounds.because !== undefined) throw error;
    const { logger, partition } = this.claimed.setup;
    logger.warn({ partition, commands: batch.commands, err: error }, 'the log takes no such batch');
    if (batch.commands > 1) return { ...bounds, commands: Math.ceil(batch.commands / 2) };
    return { commands: 1, bytes: 0, because: new Unwritable(error.message, { cause: error }) };
  }

  /** Weighed in slices, changed in one go: no snapshot meets half of a batch. */
  private async apply(batch: Batch, events: readonly StoredEvent[]): Promise<void> {
    const { core, slices } = this.claimed.setup;
    const changes = await mapInSlices(slices, [...batch.changesAfter(events)], ([key, state, event]) =>
      weighed(key, { state, seq: event.seq, begins: core.streamBegunBy(event) === key }),
    );
    for (const change of changes) this.workingSet.put(change);
    const last = events.at(-1);
    if (last === undefined) return;
    this.snapshotter.advance(checkpointAt(last));
    this.workingSet.prune(epochMsOf(last.time));
  }

  /** Replies of the batch before are on their way before these: what is under way stays bounded. */
  private async reply(answers: Batch['answers'], offset: bigint): Promise<void> {
    const { replies, partition } = this.claimed.setup;
    await this.delivering;
    const deliver = ({ command, answer }: { readonly command: Command; readonly answer: Answer }) =>
      replies.deliver(command, { commandId: command.id, answer, position: { partition, offset } });
    this.delivering = Promise.all(answers.filter(({ command }) => command.replyTo !== null).map(deliver)).catch(
      (error: Error) => this.claimed.ending.end(error),
    );
  }
}

const waitingOf = ({ clock, logger, random }: PartitionSetup, { signal }: Ending): Waiting => ({
  clock,
  logger,
  random,
  signal,
});
