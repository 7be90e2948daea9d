import type { OpenAttempt } from '../domain/enrichments/enrichment.js';
import type { EnrichmentOptions, Plan, PlanStep, StepConditions } from '../domain/waterfall/plan.js';
import type { CacheEntry } from './enrichment.events.js';
import type { EventDataByType } from './event.js';
import { boolean, count, instant, listOf, nullable, object, oneOf, string, strings } from './schema-parts.js';

const FIELD = oneOf('emails', 'phones', 'personal_emails', 'signals');
const OPERATION_TYPE = oneOf('enrichment_email', 'enrichment_phone', 'enrichment_personal_email', 'enrichment_signals');
const VERIFICATION = oneOf('deliverable', 'catch_all_verified', 'valid', 'probable', 'catch_all', 'unknown', 'invalid');

const CONDITIONS = object<StepConditions>({ country: strings, hasLinkedin: boolean, hasDomain: boolean }, [
  'country',
  'hasLinkedin',
  'hasDomain',
]);
const STEP = object<PlanStep>({ provider: string, price: count, timeoutMs: count, when: CONDITIONS });
const PLAN = object<Plan>(
  {
    waterfallId: string,
    version: count,
    steps: listOf(STEP),
    stop: oneOf('first_verified', 'first_found', 'best_of_n'),
    n: count,
    verifyWith: nullable(string),
    cachePrice: count,
  },
  ['n'],
);
const OPEN_ATTEMPT = object<OpenAttempt>({ attempt: count, step: count, provider: string });
const CACHE_ENTRY = object<CacheEntry>({ cacheId: string, identities: strings, keyId: string, sealed: string });

export const ENRICHMENT_SCHEMAS = {
  EnrichmentRequested: object<EventDataByType['EnrichmentRequested']>(
    {
      enrichmentId: string,
      personId: string,
      field: FIELD,
      options: object<EnrichmentOptions>({ waterfallId: string }, ['waterfallId']),
      optionsHash: string,
      operationType: OPERATION_TYPE,
      createdBy: { type: 'string' },
      dialect: oneOf('operations', 'enrichments', 'contacts'),
      keyId: string,
      identities: strings,
      sealed: string,
      plan: PLAN,
      next: OPEN_ATTEMPT,
      reservationId: string,
      reservedPrice: count,
      priceListVersion: string,
      deadlineAt: instant,
      supersedes: nullable(string),
    },
    ['options'],
  ),
  ProviderResponded: object<EventDataByType['ProviderResponded']>({
    enrichmentId: string,
    attempt: count,
    step: count,
    provider: string,
    outcome: oneOf('hit', 'miss', 'error', 'skipped'),
    reason: nullable({ type: 'string' }),
    vendorPrice: nullable({ type: 'number' }),
    latencyMs: { type: 'number', minimum: 0 },
    startedAt: instant,
    verification: nullable(VERIFICATION),
    valuesFound: count,
    keyId: nullable(string),
    sealed: nullable(string),
    cacheId: nullable(string),
    cache: nullable(CACHE_ENTRY),
    late: boolean,
    next: nullable(OPEN_ATTEMPT),
  }),
  EnrichmentFinished: object<EventDataByType['EnrichmentFinished']>({
    enrichmentId: string,
    personId: string,
    field: FIELD,
    outcome: oneOf('found', 'not_found', 'failed', 'timed_out', 'cancelled', 'suppressed'),
    dataFound: nullable(boolean),
    error: nullable({ type: 'string' }),
    captured: count,
    released: count,
    transactionId: nullable(string),
    fromCache: nullable(string),
    verification: nullable(VERIFICATION),
    keyId: nullable(string),
    sealed: nullable(string),
  }),
};
