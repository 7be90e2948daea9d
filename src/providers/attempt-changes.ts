import type { EnrichmentId } from '../domain/kernel/ids.js';
import { epochMsOf } from '../domain/kernel/instant.js';
import type { StoredEvent } from '../events/event.js';
import type { AttemptKey, AttemptRow } from './attempt.js';

/** The step that follows in a row that already stands in the table. */
export interface NextAttempt extends AttemptKey {
  readonly step: number;
  readonly provider: string;
}

/** What a batch of events does to the table, at most one entry per enrichment. */
export interface AttemptChanges {
  /** Enrichments that were requested and still wait for an answer. */
  readonly opened: readonly AttemptRow[];
  /** Enrichments whose next step opened. */
  readonly advanced: readonly NextAttempt[];
  /** Rows that end when their attempt is at most `attempt`. */
  readonly ended: readonly AttemptKey[];
}

/** Ends whatever attempt is open. */
export const EVERY_ATTEMPT = 2_147_483_647;

type Change =
  | { readonly kind: 'opened'; readonly row: AttemptRow }
  | { readonly kind: 'advanced'; readonly next: NextAttempt }
  | { readonly kind: 'ended'; readonly key: AttemptKey }
  /** Requested and ended within the batch: the table never hears of it. */
  | { readonly kind: 'nothing' };

/** Folds events of one partition, in log order, to the last word on each enrichment. Pure. */
export const changesOf = (events: readonly StoredEvent[]): AttemptChanges => {
  const changes = new Map<EnrichmentId, Change>();
  for (const event of events) {
    if (event.type === 'EnrichmentRequested') {
      changes.set(event.data.enrichmentId, { kind: 'opened', row: attemptRowOf(event) });
    } else if (event.type === 'ProviderResponded') {
      const { enrichmentId } = event.data;
      changes.set(enrichmentId, responded(changes.get(enrichmentId), event.data));
    } else if (event.type === 'EnrichmentFinished') {
      const { enrichmentId } = event.data;
      changes.set(enrichmentId, ended(changes.get(enrichmentId), { enrichmentId, attempt: EVERY_ATTEMPT }));
    }
  }
  return groupedOf([...changes.values()]);
};

const attemptRowOf = ({ data, orgId, partition, correlationId }: StoredEvent<'EnrichmentRequested'>): AttemptRow => ({
  enrichmentId: data.enrichmentId,
  partition,
  orgId,
  correlationId,
  field: data.field,
  plan: data.plan,
  identities: data.identities,
  keyId: data.keyId,
  sealed: data.sealed,
  deadlineMs: epochMsOf(data.deadlineAt),
  ...data.next,
});

const responded = (
  before: Change | undefined,
  { enrichmentId, attempt, next, late }: StoredEvent<'ProviderResponded'>['data'],
): Change => {
  // It answers an earlier attempt, or a step that its number never had: the open one still waits for its own answer.
  if (late) return ended(before, { enrichmentId, attempt: attempt - 1 });
  if (next === null) return ended(before, { enrichmentId, attempt });
  if (before?.kind === 'opened') return { kind: 'opened', row: { ...before.row, ...next } };
  return { kind: 'advanced', next: { enrichmentId, ...next } };
};

/** A late answer to an earlier attempt does not end the one that is open now. */
const ended = (before: Change | undefined, key: AttemptKey): Change => {
  switch (before?.kind) {
    case undefined:
      return { kind: 'ended', key };
    case 'opened':
      return before.row.attempt <= key.attempt ? { kind: 'nothing' } : before;
    case 'advanced':
      return before.next.attempt <= key.attempt ? { kind: 'ended', key } : before;
    case 'ended':
      return before.key.attempt < key.attempt ? { kind: 'ended', key } : before;
    case 'nothing':
      return before;
  }
};

const groupedOf = (changes: readonly Change[]): AttemptChanges => ({
  opened: changes.flatMap((change) => (change.kind === 'opened' ? [change.row] : [])),
  advanced: changes.flatMap((change) => (change.kind === 'advanced' ? [change.next] : [])),
  ended: changes.flatMap((change) => (change.kind === 'ended' ? [change.key] : [])),
});
