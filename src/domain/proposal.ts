import type { DomainEvent, EventDataByType, EventType } from '../events/event.js';
import { emptyAccount, type Account } from './credits/account.js';
import type { DecideContext } from './decision.js';
import { Draft } from './draft.js';
import { deriveId, type OrgId } from './kernel/ids.js';
import { instantOf, type Instant } from './kernel/instant.js';
import type { StateChanges, StateReader } from './state.js';
import { streams } from './streams.js';

/** A decision under way: the events proposed so far, and the state as they leave it. */
export class Proposal {
  readonly events: DomainEvent[] = [];
  /** What each event changes. */
  readonly changes: StateChanges[] = [];
  readonly state: Draft;
  readonly now: Instant;

  constructor(
    readonly orgId: OrgId,
    base: StateReader,
    readonly context: DecideContext,
  ) {
    this.state = new Draft(base);
    this.now = instantOf(context.nowMs);
  }

  get nowMs(): number {
    return this.context.nowMs;
  }

  record<T extends EventType>(type: T, subject: string, data: EventDataByType[T]): void {
    const event = { type, subject, data } as unknown as DomainEvent;
    this.events.push(event);
    const { orgId, now: time, context } = this;
    this.changes.push(this.state.apply({ ...event, orgId, time, commandId: context.commandId }));
  }

  account(): Account {
    return this.state.get(streams.account(this.orgId)) ?? emptyAccount(this.orgId);
  }

  /** The id with this index within the command; the same command always makes the same ids. */
  newId<Id extends string>(index: number): Id {
    const { sha256, nowMs, commandId } = this.context;
    return deriveId(sha256, nowMs, commandId, index) as Id;
  }
}
