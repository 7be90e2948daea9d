import type { CommandDataByType } from './command.js';
import type { Account } from './credits/account.js';
import { dueAt } from './due-at.js';
import type { Enrichment } from './enrichments/enrichment.js';
import type { OrgId } from './kernel/ids.js';
import type { StreamState } from './state.js';
import { kindOf, type StreamKey } from './streams.js';

/** What the sweeper sends; it makes the command id from the stream and `dueAtMs`, so that every sweep sends the same. */
export type DueCommand = {
  [T in 'ExpireEnrichment' | 'ExpireGrants']: {
    readonly type: T;
    readonly orgId: OrgId;
    readonly data: CommandDataByType[T];
    readonly dueAtMs: number;
  };
}['ExpireEnrichment' | 'ExpireGrants'];

/** The command that lets time pass for a stream, or null when nothing about it is due. */
export const dueCommand = (key: StreamKey, value: StreamState, nowMs: number): DueCommand | null => {
  const dueAtMs = dueAt(key, value);
  if (dueAtMs === null || dueAtMs > nowMs) return null;
  switch (kindOf(key)) {
    case 'enrichment': {
      const { id, orgId } = value as Enrichment;
      return { type: 'ExpireEnrichment', orgId, data: { enrichmentId: id }, dueAtMs };
    }
    case 'account':
      return { type: 'ExpireGrants', orgId: (value as Account).orgId, data: {}, dueAtMs };
    case 'spending':
    case 'settings':
    case 'person':
    case 'identity':
    case 'current':
    case 'refund':
    case 'checkpoint':
    case 'request':
    case 'recent':
      return null;
  }
};
