import type { AttemptReader } from '../ports.js';

type AttemptView = Awaited<ReturnType<AttemptReader['ofEnrichment']>>[number];

/** WF-08, no values; `late` is additive: the answer was not awaited any more and changed nothing. */
export const presentAttempt = (attempt: AttemptView) => ({
  step: attempt.step,
  provider: attempt.provider,
  waterfallVersion: attempt.waterfallVersion,
  startedAt: attempt.startedAt,
  latencyMs: attempt.latencyMs,
  outcome: attempt.outcome,
  reason: attempt.reason,
  price: attempt.price,
  verification: attempt.verification,
  valuesFound: attempt.valuesFound,
  late: attempt.late,
});
