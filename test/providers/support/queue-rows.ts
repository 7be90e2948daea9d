import type { IdentityHash, KeyId, OrgId, Sealed } from '../../../src/domain/kernel/ids.js';
import { instantOf } from '../../../src/domain/kernel/instant.js';
import type { Checkpoint } from '../../../src/log/checkpoint.js';
import type { QueueChanges } from '../../../src/providers/attempt-queue.js';
import type { AnswerData, AttemptKey, AttemptRow } from '../../../src/providers/attempt.js';
import { enrichmentIdOf, planOf } from './enrichments.js';

export const DEADLINE_AT_MS = 4_000_000_000_123;
export const row = (number: number, provider = 'fast'): AttemptRow => ({
  enrichmentId: enrichmentIdOf(number),
  attempt: 1,
  step: 1,
  provider,
  partition: 3,
  orgId: 'org_a' as OrgId,
  correlationId: 'correlation',
  field: 'emails',
  plan: planOf('fast', 'deep'),
  identities: ['hash1', 'hash2'] as IdentityHash[],
  keyId: 'key' as KeyId,
  sealed: 'box' as Sealed,
  deadlineMs: DEADLINE_AT_MS,
});
export const untouched = { startedMs: null, calls: 0, tries: 0, vendorRef: null };
export const key = (number: number, attempt = 1): AttemptKey => ({ enrichmentId: enrichmentIdOf(number), attempt });
export const checkpoint = (seq: number): Checkpoint => ({
  partition: 3,
  offset: BigInt(seq * 2),
  claim: 'claim',
  seq,
  timeMs: 5,
  commandOffset: -1n,
  commandId: '',
});
export const changes = (seq: number, rest: Partial<QueueChanges>): QueueChanges => ({
  moves: [{ previous: seq === 1 ? null : checkpoint(seq - 1), next: checkpoint(seq) }],
  opened: [],
  advanced: [],
  ended: [],
  ...rest,
});
export const leased = <Row>(given: Row) => ({ row: given, leased: true, delayMs: 0 });
export const waiting = <Row>(given: Row, delayMs = 0) => ({ row: given, leased: false, delayMs });
export const answerTo = (number: number, attempt = 1): AnswerData => ({
  ...key(number, attempt),
  step: attempt,
  provider: 'fast',
  outcome: 'hit',
  reason: null,
  vendorPrice: 1,
  latencyMs: 3,
  startedAt: instantOf(0),
  verification: 'deliverable',
  valuesFound: 1,
  keyId: 'key' as KeyId,
  sealed: 'box' as Sealed,
  cacheId: null,
  cache: null,
});
export const stored = (number: number) => ({ ...key(number), answer: answerTo(number) });
export const room = (provider: string, count: number) => new Map([[provider, count]]);
export const numbersOf = (rows: readonly AttemptKey[]) =>
  rows.map(({ enrichmentId }) => Number(enrichmentId.slice(-12))).toSorted((left, right) => left - right);

/** What every AttemptQueue does; `fresh` empties the table. */
