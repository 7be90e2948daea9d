import type { ChainLink, GrantShare, SealedNote } from './credit.events.js';
import type { EventDataByType } from './event.js';
import { count, instant, integer, listOf, nullable, object, oneOf, string, type JsonSchema } from './schema-parts.js';

const GRANT_SHARE = object<GrantShare>({ grantId: string, delta: integer });
const HASH: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' };

const CHAIN: Readonly<Record<keyof ChainLink, JsonSchema>> = {
  entry: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER },
  prevHash: HASH,
  hash: HASH,
  grants: listOf(GRANT_SHARE),
  available: count,
};
const NOTE = object<SealedNote>({ keyId: string, sealed: string });
const REASON_CODE = oneOf('goodwill', 'bad_data', 'duplicate', 'correction', 'migration', 'other');
const OPERATION_TYPE = oneOf('enrichment_email', 'enrichment_phone', 'enrichment_personal_email', 'enrichment_signals');

export const CREDIT_SCHEMAS = {
  CreditsReserved: object<EventDataByType['CreditsReserved']>({
    ...CHAIN,
    reservationId: string,
    amount: count,
    enrichments: listOf(object<{ enrichmentId: string; amount: number }>({ enrichmentId: string, amount: count })),
    keyRef: { type: 'string' },
  }),
  CreditsCaptured: object<EventDataByType['CreditsCaptured']>({
    ...CHAIN,
    reservationId: string,
    enrichmentId: string,
    transactionId: string,
    amount: count,
    operationType: OPERATION_TYPE,
    provider: string,
  }),
  CreditsReleased: object<EventDataByType['CreditsReleased']>({
    ...CHAIN,
    reservationId: string,
    enrichmentId: string,
    amount: count,
    reason: oneOf('found_cheaper', 'not_found', 'failed', 'timed_out', 'cancelled', 'suppressed'),
  }),
  CreditsGranted: object<EventDataByType['CreditsGranted']>(
    {
      ...CHAIN,
      grantId: string,
      amount: count,
      source: oneOf('purchase', 'subscription', 'bonus', 'manual', 'refund'),
      expiresAt: nullable(instant),
      referenceId: nullable({ type: 'string' }),
      by: string,
      note: NOTE,
    },
    ['by', 'note'],
  ),
  CreditsExpired: object<EventDataByType['CreditsExpired']>({ ...CHAIN, grantId: string, amount: count }),
  CreditsRefunded: object<EventDataByType['CreditsRefunded']>({
    ...CHAIN,
    transactionId: string,
    enrichmentId: string,
    amount: count,
    reasonCode: REASON_CODE,
    by: string,
    note: NOTE,
  }),
  CreditsAdjusted: object<EventDataByType['CreditsAdjusted']>({
    ...CHAIN,
    transactionId: string,
    amount: integer,
    reasonCode: REASON_CODE,
    by: string,
    note: NOTE,
  }),
  CreditsRanLow: object<EventDataByType['CreditsRanLow']>({ available: count, threshold: count, entry: count }),
  CreditsDepleted: object<EventDataByType['CreditsDepleted']>({ reserved: count, entry: count }),
  GrantExpiryNeared: object<EventDataByType['GrantExpiryNeared']>({
    grantId: string,
    amount: count,
    expiresAt: instant,
    daysBefore: { enum: [7, 1] },
  }),
  LedgerCheckpointed: object<EventDataByType['LedgerCheckpointed']>({
    partition: count,
    upToSeq: count,
    asOf: instant,
    heads: count,
    merkleRoot: HASH,
    previous: HASH,
    keyId: string,
    hash: HASH,
    signature: string,
  }),
};
