import type { Account, Grant } from './credits/account.js';
import { nextLookAt } from './credits/expiry-warnings.js';
import type { Enrichment } from './enrichments/enrichment.js';
import { epochMsOf, instantOf, type Instant } from './kernel/instant.js';
import type { RememberedAnswer } from './answers/remembered-answer.js';
import type { StreamState } from './state.js';
import { kindOf, type StreamKey } from './streams.js';

/** When a stream has to be looked at again, epoch ms: deadline, warning or expiry of free credits, end of memory; else null. */
export const dueAt = (key: StreamKey, value: StreamState): number | null => {
  const due = dueInstant(key, value);
  return due === null ? null : epochMsOf(due);
};

const dueInstant = (key: StreamKey, value: StreamState): Instant | null => {
  switch (kindOf(key)) {
    case 'account':
      return nextLook((value as Account).grants);
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

/** The first end or warning of any grant; grants in burn order end in that order, but are not warned of in it. */
const nextLook = (grants: readonly Grant[]): Instant | null => {
  const looks = grants.map(nextLookAt).filter((atMs) => atMs !== null);
  return looks.length === 0 ? null : instantOf(looks.reduce((first, atMs) => Math.min(first, atMs)));
};
