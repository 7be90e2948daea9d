import type { Logger } from '../../observability/logger.js';
import type { JoinOptions, Membership } from '../log.js';
import { backoffMs } from './backoff.js';
import { withDeadline } from './deadline.js';
import { isCoordinatorStarting, isFatal, isRebalance, isUnknownMember } from './group-errors.js';
import type { GroupSession } from './group-session.js';
import { Wake } from './wake.js';

/** A rebalance is noticed by a heartbeat; a twelfth of the session, so that several may be lost. */
const HEARTBEAT_MS = 500;
/** What is on its way when we leave, and then the leaving itself, may take so long. */
const LEAVE_MS = 2_000;
/** A new broker makes the topic of the groups first; after this many attempts (8 s) it is no news of a start. */
const STARTING_ATTEMPTS = 10;
const RETRY = { firstMs: 50, maxMs: 2_000 } as const;

/** The membership has ended, by `leave` or for ever. */
export class NotAMember extends Error {
  override readonly name = 'NotAMember';
}

export interface MembershipDeps {
  readonly session: Pick<GroupSession, 'join' | 'heartbeat' | 'forgetMember' | 'leave'>;
  readonly logger: Logger;
  /** Fails the request that is on its way. */
  readonly interrupt: () => void;
  readonly onEnded: () => void;
}

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/**
 * Stays in a group until told to leave: joins, beats, joins again after every rebalance, lost session and lost broker.
 * Drives the group protocol itself: kafkajs' consumer has no heartbeat timer and no way to ask for a heartbeat, and
 * some of its errors end it silently (reference/kafka.md §1.4).
 */
export class KafkaMembership implements Membership {
  private readonly wakeUp = new Wake();
  private readonly ended: Promise<void>;
  private waiters: readonly Waiter[] = [];
  private isLeaving = false;

  /** Returns at once; the first `onAssigned` follows when the group has settled. */
  constructor(
    private readonly options: JoinOptions,
    private readonly deps: MembershipDeps,
  ) {
    this.ended = this.run();
  }

  heartbeat(): Promise<void> {
    if (this.isLeaving) return Promise.reject(new NotAMember(`left the group ${this.options.group}`));
    return new Promise((resolve, reject) => {
      this.waiters = [...this.waiters, { resolve, reject }];
      this.wakeUp.set();
    });
  }

  async leave(): Promise<void> {
    this.isLeaving = true;
    this.wakeUp.set();
    // A join or heartbeat on its way is over at once, as a rule; an interrupted join leaves a ghost in the group.
    const interrupt = setTimeout(this.deps.interrupt, LEAVE_MS);
    await this.ended.finally(() => clearTimeout(interrupt));
  }

  private async run(): Promise<void> {
    for (let failures = 0; !this.isLeaving;) {
      try {
        await this.joinOnce();
        failures = 0;
        await this.beat();
      } catch (error) {
        if (this.isLeaving) break;
        if (isFatal(error)) return this.crash(error);
        failures = isRebalance(error) ? 0 : failures + 1;
        await this.recover(error, failures);
      }
    }
    await withDeadline(this.deps.session.leave(), LEAVE_MS).catch((error: unknown) => {
      this.deps.logger.info({ group: this.options.group, err: error }, 'left without telling the coordinator');
    });
    this.end(new NotAMember(`left the group ${this.options.group}`));
  }

  private async joinOnce(): Promise<void> {
    const partitions = await this.deps.session.join();
    if (this.isLeaving) return;
    const { group, onAssigned } = this.options;
    this.deps.logger.debug({ group, partitions }, 'assigned');
    onAssigned(partitions);
  }

  /** Ends only by an error: of the heartbeat, or none when leaving. */
  private async beat(): Promise<void> {
    while (!this.isLeaving) {
      if (this.waiters.length === 0) await this.wakeUp.wait(HEARTBEAT_MS);
      if (this.isLeaving) return;
      // Only those who asked before this heartbeat starts are answered by it.
      const asked = this.waiters;
      await this.deps.session.heartbeat();
      this.waiters = this.waiters.slice(asked.length);
      for (const { resolve } of asked) resolve();
    }
  }

  private async recover(error: unknown, failures: number): Promise<void> {
    if (isUnknownMember(error)) this.deps.session.forgetMember();
    if (failures === 0) return;
    const level = failures === (isCoordinatorStarting(error) ? STARTING_ATTEMPTS : 1) ? 'warn' : 'debug';
    this.deps.logger[level](
      { group: this.options.group, err: error },
      'not in the group, joining again until it works',
    );
    await this.wakeUp.wait(backoffMs(RETRY, failures));
  }

  private crash(error: Error): void {
    this.isLeaving = true;
    this.end(error);
    this.options.onCrashed(error);
  }

  private end(reason: Error): void {
    for (const { reject } of this.waiters) reject(reason);
    this.waiters = [];
    this.deps.onEnded();
  }
}
