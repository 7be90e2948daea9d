import type { EventDataByType } from './event.js';
import { count, instant, nullable, object, oneOf, string, strings } from './schema-parts.js';

const FINGERPRINT = nullable(string);

export const COMMAND_SCHEMAS = {
  CommandAnswered: object<EventDataByType['CommandAnswered']>({
    commandType: string,
    status: string,
    references: strings,
    fingerprint: FINGERPRINT,
    expiresAt: instant,
  }),
  CommandRefused: object<EventDataByType['CommandRefused']>({
    commandType: string,
    code: oneOf(
      'VALIDATION_ERROR',
      'INSUFFICIENT_CREDITS',
      'CAP_EXCEEDED',
      'NOT_FOUND',
      'CONFLICT',
      'GONE',
      'CONSENT_REQUIRED',
      'IDEMPOTENCY_CONFLICT',
      'UNAVAILABLE',
      'INTERNAL_ERROR',
    ),
    reason: string,
    details: nullable({ type: 'object' }),
    fingerprint: FINGERPRINT,
    expiresAt: nullable(instant),
  }),
  PartitionClaimed: object<EventDataByType['PartitionClaimed']>({
    by: string,
    after: nullable(string),
    seq: count,
    end: string,
  }),
  BatchDecided: object<EventDataByType['BatchDecided']>({ commands: count }),
};
