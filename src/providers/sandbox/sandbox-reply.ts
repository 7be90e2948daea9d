import type { MagicWord, PlainWord } from './magic-words.js';
import { hitsOrdinarily, strongestKeyOf, type EmailStatus, type PhoneKind } from './fictional-values.js';
import type { LookupRequest } from '../provider.js';

/** What the sandbox vendor "sends": the shape that `outcomeOf` maps, as a real vendor's JSON would be. */
export type SandboxReply =
  | {
      readonly status: 'found';
      readonly email: EmailStatus;
      readonly phone: PhoneKind | null;
      readonly callbacks: 1 | 2;
    }
  | { readonly status: 'not_found' }
  | { readonly status: 'opted_out' }
  | { readonly status: 'failure'; readonly code: string }
  | { readonly status: 'too_many_requests'; readonly retryAfterMs: number }
  | { readonly status: 'working'; readonly readyAfterMs: number }
  /** No shape at all: what a vendor sends on a bad day. */
  | { readonly unexpected: string };

const RETRY_AFTER_MS = 100;
const RATE_LIMITED_TIMES = 2;
/** `tb-timeout` is asked about so often until the enrichment's deadline. */
const NEVER_READY_LOOK_MS = 30_000;

const FOUND: SandboxReply = { status: 'found', email: 'deliverable', phone: null, callbacks: 1 };
const NOT_FOUND: SandboxReply = { status: 'not_found' };
const FAILURE: SandboxReply = { status: 'failure', code: 'sandbox_error' };

export interface SandboxCase {
  readonly request: LookupRequest;
  readonly word: MagicWord | null;
  readonly provider: string;
  /** Part of ordinary persons that this provider knows, 0..1. */
  readonly hitRate: number;
  /** Since the lookup began. */
  readonly waitedMs: number;
}

/** SB-01, SB-02: what the sandbox answers, from the identity, the step and the time waited alone. Pure. */
export const replyTo = ({ request, word, provider, hitRate, waitedMs }: SandboxCase): SandboxReply => {
  if (word === null) return hitsOrdinarily(strongestKeyOf(request.identity), provider, hitRate) ? FOUND : NOT_FOUND;
  if (word.word === 'found') return request.step >= word.step ? FOUND : NOT_FOUND;
  if (word.word === 'slow') {
    const leftMs = word.seconds * 1000 - waitedMs;
    return leftMs > 0 ? { status: 'working', readyAfterMs: leftMs } : FOUND;
  }
  return plainReply(word.word, request);
};

const plainReply = (word: PlainWord, { step, tries, field }: LookupRequest): SandboxReply => {
  switch (word) {
    case 'notfound':
      return NOT_FOUND;
    case 'optout':
      return { status: 'opted_out' };
    case 'error':
      return FAILURE;
    case 'error-then-found':
      return step === 1 ? FAILURE : FOUND;
    case 'badshape':
      return step === 1 ? { unexpected: '<html>Service Temporarily Unavailable</html>' } : FOUND;
    case 'ratelimited':
      return step === 1 && tries < RATE_LIMITED_TIMES
        ? { status: 'too_many_requests', retryAfterMs: RETRY_AFTER_MS }
        : FOUND;
    case 'timeout':
      return { status: 'working', readyAfterMs: NEVER_READY_LOOK_MS };
    case 'twice':
      return { ...FOUND, callbacks: 2 };
    case 'catchall':
      return foundAs(field === 'emails' ? 'catch_all' : 'deliverable', null);
    case 'invalid':
    case 'probable':
      return foundAs(field === 'emails' ? word : 'deliverable', null);
    case 'landline':
    case 'mobile-us':
    case 'mobile-fr':
      return foundAs('deliverable', word);
  }
};

const foundAs = (email: EmailStatus, phone: PhoneKind | null): SandboxReply => ({
  status: 'found',
  email,
  phone,
  callbacks: 1,
});
