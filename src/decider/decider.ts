import { randomBytes } from 'node:crypto';
import type { DecideContext } from '../domain/decision.js';
import { invariant } from '../domain/kernel/errors.js';
import type { Clock } from '../domain/kernel/clock.js';
import type { Sha256 } from '../domain/kernel/ids.js';
import { DeadLetters } from '../log/dead-letters.js';
import type { Log, Membership, Subscription, Topics } from '../log/log.js';
import { PartitionWriter } from '../log/partition-writer.js';
import { EventLoopSlices, type Slices } from '../observability/event-loop-slices.js';
import type { Logger } from '../observability/logger.js';
import { CommandDecider } from './command-decider.js';
import { CORE, type Core } from './core.js';
import { DEFAULT_LIMITS, type DeciderLimits } from './limits.js';
import { LedgerNotary, type NotaryOptions } from './ledger-notary.js';
import { PartitionOwner, type PartitionStatus } from './partition-owner.js';
import type { OwnerSetup } from './partition-setup.js';
import type { ClaimWriter, DeadLetterSink, ReplyDelivery, Sender } from './ports.js';
import type { SnapshotStore } from './snapshot-store.js';
import { Sweeper } from './sweeper.js';

export interface DeciderOptions {
  readonly log: Log;
  readonly topics: Topics;
  readonly snapshots: SnapshotStore;
  readonly replies: ReplyDelivery;
  /** For the sweeper's commands. */
  readonly sender: Sender;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the process; left out: the decider has the event loop to itself. */
  readonly slices?: Slices;
  readonly sha256: Sha256;
  readonly unit: DecideContext['unit'];
  /** Stands in every claim of this process. */
  readonly processId: string;
  /** Called once per partition that cannot go on, and when the group is lost: the process has to end. */
  readonly onFatal: (error: Error) => void;
  readonly limits?: Partial<DeciderLimits>;
  /** Left out: nothing is signed. */
  readonly notary?: NotaryOptions;
  /** Seams for tests and the simulation; the defaults are what runs. */
  readonly core?: Core;
  readonly claimWriter?: ClaimWriter;
  readonly deadLetters?: DeadLetterSink;
  readonly newClaim?: () => string;
  readonly random?: () => number;
}

export interface DeciderStatus {
  /** The group has assigned something to this process, even if it is nothing. */
  readonly joined: boolean;
  readonly partitions: readonly PartitionStatus[];
}

/** The role `decider`: one PartitionOwner per partition that the group assigns to this process, and the sweeper. */
export class Decider {
  private readonly owners = new Map<number, PartitionOwner>();
  /** Owners that were told to stop and have not let go yet. */
  private readonly leaving = new Map<number, Promise<void>>();
  private readonly subscription: Subscription;
  private readonly sweeper: Sweeper;
  private readonly notary: LedgerNotary | null;
  private readonly setup: OwnerSetup;
  private membership: Promise<Membership> | null = null;
  private joined = false;
  private stopped = false;

  constructor(private readonly options: DeciderOptions) {
    const { log, topics, snapshots, sender, clock, logger } = options;
    this.subscription = log.subscribe(
      topics.commands,
      async (partition, records) => this.owners.get(partition)?.take(records),
      (partition, error) => this.owners.get(partition)?.fail(error),
    );
    this.sweeper = new Sweeper({ snapshots, sender, clock, logger, owned: () => this.decided() });
    this.setup = this.ownerSetup();
    this.notary = this.notaryOf(options);
  }

  /** Resolves when the group has been joined; claiming and restoring go on behind it (see `status`). */
  async start(): Promise<void> {
    const { log, topics, onFatal } = this.options;
    this.membership = log.join({
      group: topics.commands.replace(/commands$/, 'decider'),
      topic: topics.commands,
      held: () => [...this.owners.keys()],
      onAssigned: (partitions) => this.assign(partitions),
      onCrashed: onFatal,
    });
    await this.membership;
    this.sweeper.start();
    this.notary?.start();
  }

  /** Ends in order: what is being appended is answered, the last snapshots are written, the group is left. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.sweeper.stop();
    await this.notary?.stop();
    await Promise.all([...this.owners.values()].map((owner) => owner.stop({ lastSnapshot: true })));
    await Promise.all(this.leaving.values());
    await this.subscription.close();
    // A join that failed was thrown by `start`; there is nothing to leave then.
    await this.membership?.then(
      (membership) => membership.leave(),
      () => undefined,
    );
  }

  status(): DeciderStatus {
    const partitions = [...this.owners.values()].map((owner) => owner.status);
    return { joined: this.joined, partitions: partitions.toSorted((a, b) => a.partition - b.partition) };
  }

  private assign(partitions: readonly number[]): void {
    if (this.stopped) return;
    this.joined = true;
    for (const partition of this.owners.keys()) if (!partitions.includes(partition)) this.letGo(partition);
    for (const partition of partitions) if (!this.owners.has(partition)) this.own(partition);
  }

  private own(partition: number): void {
    const owner = new PartitionOwner({ ...this.setup, partition });
    this.owners.set(partition, owner);
    owner.start(this.leaving.get(partition));
  }

  private letGo(partition: number): void {
    const owner = this.owners.get(partition);
    this.owners.delete(partition);
    if (owner === undefined) return;
    const left = owner.stop({ lastSnapshot: false }).finally(() => {
      if (this.leaving.get(partition) === left) this.leaving.delete(partition);
    });
    this.leaving.set(partition, left);
  }

  private decided(): readonly { readonly partition: number; readonly timeMs: number }[] {
    return [...this.owners].flatMap(([partition, { timeMs }]) => (timeMs === null ? [] : [{ partition, timeMs }]));
  }

  private notaryOf({ notary, log, topics, ...options }: DeciderOptions): LedgerNotary | null {
    if (notary === undefined) return null;
    return new LedgerNotary({
      ...notary,
      ...options,
      slices: this.setup.slices,
      owned: () => this.decided().map(({ partition }) => partition),
      partitions: () => log.partitions(topics.commands),
    });
  }

  private async heartbeat(): Promise<void> {
    invariant(this.membership !== null, 'a partition was assigned before the group was joined');
    await (await this.membership).heartbeat();
  }

  private ownerSetup(): OwnerSetup {
    const { options } = this;
    const { log, topics, sha256, unit, clock, core = CORE } = options;
    return {
      ...options,
      core,
      subscription: this.subscription,
      commands: new CommandDecider({ core, sha256, unit }),
      slices: options.slices ?? new EventLoopSlices(clock),
      claimWriter: options.claimWriter ?? ((claim) => PartitionWriter.open(claim)),
      deadLetters: options.deadLetters ?? new DeadLetters({ log, topics }),
      newClaim: options.newClaim ?? (() => randomBytes(8).toString('hex')),
      random: options.random ?? Math.random,
      limits: { ...DEFAULT_LIMITS, ...options.limits },
      owned: () => Math.max(1, this.owners.size),
      membership: () => this.heartbeat(),
    };
  }
}
