import type { LookupRequest, Outcome } from '../provider.js';
import { emailOf, phoneOf, type ValueSource } from './fictional-values.js';
import type { SandboxReply } from './sandbox-reply.js';

/** The vendor works on it for so long from now. */
export interface StillWorking {
  readonly kind: 'working';
  readonly readyAfterMs: number;
}

/** The sandbox's reply as an outcome of the port: the mapping that every vendor folder has. Pure. */
export const outcomeOf = (
  reply: SandboxReply,
  request: LookupRequest,
  source: ValueSource & { readonly credits: number },
): Outcome | StillWorking => {
  if (!('status' in reply)) return { kind: 'broken', reason: 'unexpected_shape' };
  switch (reply.status) {
    case 'found':
      return {
        kind: 'hit',
        values:
          request.field === 'phones'
            ? { phones: [phoneOf(source, reply.phone)] }
            : { emails: [emailOf(source, reply.email)] },
        cost: { credits: source.credits, basis: 'reported' },
        deliveries: reply.callbacks,
      };
    case 'not_found':
      return { kind: 'miss', reason: 'not_found', cost: { credits: 0, basis: 'reported' } };
    case 'opted_out':
      return { kind: 'miss', reason: 'suppressed', cost: { credits: 0, basis: 'reported' } };
    case 'failure':
      return { kind: 'broken', reason: reply.code };
    case 'too_many_requests':
      return { kind: 'retry_later', afterMs: reply.retryAfterMs, reason: 'too_many_requests' };
    case 'working':
      return { kind: 'working', readyAfterMs: reply.readyAfterMs };
  }
};
