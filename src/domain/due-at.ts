import type { Account, Grant } from './credits/account.js';
import type { Enrichment } from './enrichments/enrichment.js';
import { epochMsOf, type Instant } from './kernel/instant.js';
import type { RememberedAnswer } from './answers/remembered-answer.js';
import type { StreamState } from './state.js';
import { kindOf, type StreamKey } from './streams.js';

/** When a stream has to be looked at again, epoch ms: deadline, earliest expiry of free credits, end of memory; else null. */
export const dueAt = (key: StreamKey, value: StreamState): number | null => {
  const due = dueInstant(key, value);
  return due === null ? null : epochMsOf(due);
};

const dueInstant = (key: StreamKey, value: StreamState): Instant | null => {
  switch (kindOf(key)) {
    case 'account':
      return earliestExpiry((value as Account).grants);
    case 'enrichment': {
      const { status, deadlineAt } = value as Enrichment;
      return status === 'pending' ? deadlineAt : null;
    }
    case 'request':
    case 'recent':
      return (value as RememberedAnswer).expiresAt;
    case 'spending':
    case 'settings':
    case 'person':
    case 'identity':
    case 'current':
    case 'refund':
    case 'checkpoint':
      return null;
  }
};

/** Grants stand in burn order, so the first with something free expires first. */
const earliestExpiry = (grants: readonly Grant[]): Instant | null =>
  grants.find((grant) => grant.free > 0)?.expiresAt ?? null;
