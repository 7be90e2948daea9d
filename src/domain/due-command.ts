import type { CommandDataByType } from './command.js';
import type { Account, Grant } from './credits/account.js';
import { dueWarnings, WARNINGS_MAX } from './credits/expiry-warnings.js';
import { dueGrants } from './credits/grants.js';
import { EXPIRIES_MAX } from './credits/moves.js';
import { dueAt } from './due-at.js';
import type { Enrichment } from './enrichments/enrichment.js';
import type { OrgId } from './kernel/ids.js';
import { instantOf } from './kernel/instant.js';
import type { StreamState } from './state.js';
import { kindOf, type StreamKey } from './streams.js';

/** What the sweeper sends; it makes the command id from stream, `dueAtMs` and `part`: every sweep sends the same. */
export type DueCommand = {
  [T in 'ExpireEnrichment' | 'ExpireGrants']: {
    readonly type: T;
    readonly orgId: OrgId;
    readonly data: CommandDataByType[T];
    readonly dueAtMs: number;
    /** 0, 1, 2 … where one decision is not enough. */
    readonly part: number;
  };
}['ExpireEnrichment' | 'ExpireGrants'];

/** The commands that let time pass for a stream; none when nothing about it is due. */
export const dueCommands = (key: StreamKey, value: StreamState, nowMs: number): readonly DueCommand[] => {
  const dueAtMs = dueAt(key, value);
  if (dueAtMs === null || dueAtMs > nowMs) return [];
  switch (kindOf(key)) {
    case 'enrichment': {
      const { id, orgId } = value as Enrichment;
      return [{ type: 'ExpireEnrichment', orgId, data: { enrichmentId: id }, dueAtMs, part: 0 }];
    }
    case 'account': {
      const { orgId, grants } = value as Account;
      const decisions = decisionsFor(grants, nowMs);
      return Array.from({ length: decisions }, (_, part) => ({ type: 'ExpireGrants', orgId, data: {}, dueAtMs, part }));
    }
    case 'spending':
    case 'settings':
    case 'person':
    case 'identity':
    case 'current':
    case 'refund':
    case 'checkpoint':
    case 'request':
    case 'recent':
      return [];
  }
};

/** Each decision expires some grants and warns of some. */
const decisionsFor = (grants: readonly Grant[], nowMs: number): number => {
  const expiries = dueGrants(grants, instantOf(nowMs)).length / EXPIRIES_MAX;
  return Math.ceil(Math.max(expiries, dueWarnings(grants, nowMs).length / WARNINGS_MAX));
};
