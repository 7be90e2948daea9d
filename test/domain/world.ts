import type { Command } from '../../src/domain/command.js';
import { decide } from '../../src/domain/decide.js';
import type { Decision } from '../../src/domain/decision.js';
import { Draft } from '../../src/domain/draft.js';
import type { AppliedEvent } from '../../src/domain/evolve.js';
import type { EnrichmentId, OrgId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { emptyAccount, type Account } from '../../src/domain/credits/account.js';
import type { StateChanges } from '../../src/domain/state.js';
import { streams } from '../../src/domain/streams.js';
import { sha256 } from '../support/given.js';
import { NOW_MS, ORG } from './fixtures.js';
import { frozen } from './frozen.js';

/** Under which everything is decided here. */
export const CLAIM = 'claim-1';

/** Plays commands one after the other, as an owner of a partition does; what is decided becomes the log. */
export class World {
  nowMs = NOW_MS;
  readonly log: AppliedEvent[] = [];
  /** What each event of the log changed. */
  readonly changes: StateChanges[] = [];
  readonly commands: Command[] = [];
  state = new Draft({ get: () => undefined });

  /** Decides and folds; everything handed to the core is frozen, so that a core that writes on it throws. */
  send(command: Command): Decision {
    this.commands.push(frozen(command));
    const context = { nowMs: this.nowMs, commandId: command.id, sha256, unit: 'credit', claim: CLAIM } as const;
    const decision = frozen(decide(command, this.state, context));
    const time = instantOf(this.nowMs);
    for (const event of decision.events) {
      const applied: AppliedEvent = { ...event, orgId: command.orgId, time, commandId: command.id };
      this.log.push(frozen(applied));
      this.changes.push(frozen(this.state.apply(applied)));
    }
    return decision;
  }

  wait(ms: number): void {
    this.nowMs += ms;
  }

  account(orgId: OrgId = ORG): Account {
    return this.state.get(streams.account(orgId)) ?? emptyAccount(orgId);
  }

  enrichmentIds(): readonly EnrichmentId[] {
    return this.log.flatMap((event) => (event.type === 'EnrichmentRequested' ? event.data.enrichmentId : []));
  }
}

export const replay = (log: readonly AppliedEvent[]): Draft => {
  const state = new Draft({ get: () => undefined });
  for (const event of log) state.apply(event);
  return state;
};
