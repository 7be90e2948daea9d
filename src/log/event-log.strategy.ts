import { BaseRpcContext, Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import type { Clock } from '../domain/kernel/clock.js';
import { invariant } from '../domain/kernel/errors.js';
import type { Slices } from '../observability/event-loop-slices.js';
import type { Logger } from '../observability/logger.js';
import type { CheckpointSource } from './checkpoint.js';
import { EventFollower, type BatchHandler, type EventBatch, type FollowerStatus } from './event-follower.js';
import type { Log, Topics } from './log.js';

/** Pattern of a role's controller method: `@EventPattern({ events: 'projections' })`. */
export interface EventsPattern {
  /** Name of the role's group. */
  readonly events: string;
}

export interface EventLogStrategyOptions {
  readonly log: Log;
  readonly topics: Topics;
  /** Goes before the group names, so that installations on one broker do not mix. */
  readonly groupPrefix: string;
  /** By group name: where the role's positions are stored. A handler without an entry is refused at start. */
  readonly roles: Readonly<Record<string, { readonly checkpoints: CheckpointSource; readonly batchMax?: number }>>;
  readonly clock: Clock;
  readonly slices: Slices;
  readonly logger: Logger;
  /** A follower cannot go on: the process has to stop. */
  readonly onFatal: (error: Error) => void;
}

/**
 * Runs one EventFollower per role controller, so that life-cycle, injection and shutdown of the roles are Nest's.
 * A handler gets an EventBatch and answers `stored` or `moved`; an error is retried by the follower. Put
 * `RethrowFilter` on the controller: Nest's own filter replaces errors by "Internal server error".
 */
export class EventLogStrategy extends Server implements CustomTransportStrategy {
  override readonly transportId = Symbol('EventLog');
  /** The follower sees every failure itself. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #followers = new Map<string, EventFollower>();

  constructor(private readonly options: EventLogStrategyOptions) {
    super();
  }

  override listen(callback: (error?: unknown) => void): void {
    this.#start().then(() => callback(), callback);
  }

  async #start(): Promise<void> {
    for (const [pattern, handler] of this.messageHandlers) {
      const group = groupOf(pattern);
      invariant(handler.next === undefined, `group ${group} has two handlers: each would store half of the batches`);
      this.#followers.set(group, this.#follower(group, handler));
    }
    await Promise.all([...this.#followers.values()].map((follower) => follower.start()));
  }

  #follower(group: string, handler: MessageHandler): EventFollower {
    const { roles, groupPrefix, ...shared } = this.options;
    const role = roles[group];
    invariant(role !== undefined, `group ${group} has a handler, but no checkpoints`);
    return new EventFollower({ ...shared, ...role, group: `${groupPrefix}${group}`, handle: this.#call(handler) });
  }

  #call(handler: MessageHandler): BatchHandler {
    return async (batch: EventBatch) => {
      const returned: unknown = await handler(batch, new BaseRpcContext([]));
      const outcome: unknown = await lastValueFrom(this.transformToObservable(returned));
      invariant(outcome === 'stored' || outcome === 'moved', `a handler of events answered ${String(outcome)}`);
      return outcome;
    };
  }

  override async close(): Promise<void> {
    await Promise.all([...this.#followers.values()].map((follower) => follower.stop()));
  }

  /** By group name. */
  followerStatus(): ReadonlyMap<string, FollowerStatus> {
    return new Map([...this.#followers].map(([group, follower]) => [group, follower.status()]));
  }

  override on(event: string): never {
    throw new Error(`the event log emits no ${event}: use followerStatus() and onFatal`);
  }

  /** The followers by group name. */
  override unwrap<T>(): T {
    return this.#followers as T;
  }
}

const groupOf = (pattern: string): string => {
  const { events } = JSON.parse(pattern) as Partial<EventsPattern>;
  invariant(typeof events === 'string', `pattern ${pattern} is not of the form { events: group }`);
  return events;
};
