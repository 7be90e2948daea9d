import type { Clock } from '../domain/kernel/clock.js';
import { dueCommands } from '../domain/due-command.js';
import type { Command } from '../domain/command.js';
import { commandIdFrom } from '../log/command-id.js';
import type { Logger } from '../observability/logger.js';
import type { Sender } from './ports.js';
import type { DueStream, SnapshotStore } from './snapshot-store.js';

/** OP-09. */
const SWEEP_EVERY_MS = 5_000;
const PRUNE_EVERY_MS = 60_000;
/** Streams and commands of one sweep; the rest is still due at the next. */
const SWEEP_MAX = 500;

/** A partition that this process decides, and how far its own time has come. */
export interface OwnedPartition {
  readonly partition: number;
  readonly timeMs: number;
}

export interface SweeperOptions {
  readonly snapshots: Pick<SnapshotStore, 'due' | 'prune'>;
  readonly sender: Sender;
  readonly owned: () => readonly OwnedPartition[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Turns what is overdue into commands: time only ever passes by a command. It reads the snapshot, which may lag behind;
 * a command for something that is not due any more changes nothing, and every sweep sends it under the same id.
 */
export class Sweeper {
  private stopped = false;
  private cancel: () => void = () => undefined;
  private sweeping: Promise<void> = Promise.resolve();
  private prunedMs: number;

  constructor(private readonly options: SweeperOptions) {
    this.prunedMs = options.clock.now();
  }

  start(): void {
    this.cancel = this.options.clock.after(SWEEP_EVERY_MS, () => {
      this.sweeping = this.sweepAndPrune().then(() => {
        if (!this.stopped) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.sweeping;
  }

  private async sweepAndPrune(): Promise<void> {
    try {
      await this.sweep();
      if (this.options.clock.now() - this.prunedMs >= PRUNE_EVERY_MS) await this.prune();
    } catch (error) {
      this.options.logger.warn({ err: error }, 'sweep failed, what is due stays due');
    }
  }

  private async sweep(): Promise<void> {
    const { snapshots, sender, owned, clock } = this.options;
    const partitions = owned().map(({ partition }) => partition);
    if (partitions.length === 0) return;
    const due = await snapshots.due(partitions, clock.now(), SWEEP_MAX);
    const commands = due.flatMap((stream) => commandsFor(stream, clock.now())).slice(0, SWEEP_MAX);
    await Promise.all(commands.map((command) => sender.send(command)));
  }

  /** By the partition's own time: in a backlog, what has expired by the clock may still have to be remembered. */
  private async prune(): Promise<void> {
    this.prunedMs = this.options.clock.now();
    for (const { partition, timeMs } of this.options.owned()) await this.options.snapshots.prune([partition], timeMs);
  }
}

const commandsFor = ({ key, state }: DueStream, nowMs: number): readonly Command[] =>
  dueCommands(key, state, nowMs).map(({ dueAtMs, part, ...due }) => {
    const id = commandIdFrom(key, dueAtMs, part);
    const origin = { id, keyed: false, fingerprint: null, correlationId: id, sentAtMs: nowMs };
    return { ...origin, waitMs: null, replyTo: null, ...due };
  });
