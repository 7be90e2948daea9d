import type { Command, CommandDataByType, CommandType } from '../../src/domain/command.js';
import { statementHash, type LedgerMark, type LedgerStatement } from '../../src/domain/credits/ledger-statement.js';
import type {
  CommandId,
  EnrichmentId,
  IdentityHash,
  KeyId,
  OrgId,
  PersonId,
  Sealed,
} from '../../src/domain/kernel/ids.js';
import { instantOf, type Instant } from '../../src/domain/kernel/instant.js';
import type { Plan } from '../../src/domain/waterfall/plan.js';
import { sha256 } from '../support/given.js';

export const ORG = 'org_1' as OrgId;
export const NOW_MS = Date.UTC(2026, 10, 21, 1, 2, 3, 4);
export const MAX_AGE_MS = 800_000;
export const at = (afterMs: number): Instant => instantOf(NOW_MS + afterMs);

export const personId = (name: string): PersonId => `person-${name}` as PersonId;
export const hashOfKey = (name: string): IdentityHash => `hash-${name}` as IdentityHash;
export const keyId = (name: string): KeyId => `key-${name}` as KeyId;
export const sealed = (text: string): Sealed => `sealed-${text}` as Sealed;
export const enrichmentId = (name: string): EnrichmentId => `enrichment-${name}` as EnrichmentId;

export const step = (provider: string, price: number) => ({ provider, price, timeoutMs: 1_000, when: {} });
/** Prices 1, 2, 3: reserves 3. */
export const PLAN: Plan = {
  waterfallId: 'default-emails',
  version: 1,
  steps: [step('fast', 1), step('deep', 2), step('slow', 3)],
  stop: 'first_verified',
  verifyWith: null,
  cachePrice: 1,
};

type Envelope = Partial<Omit<Command, 'type' | 'data'>>;
let commandCount = 0;

export const command = <T extends CommandType>(type: T, data: CommandDataByType[T], envelope: Envelope = {}) =>
  ({
    id: `command-${++commandCount}` as CommandId,
    type,
    orgId: ORG,
    data,
    keyed: false,
    fingerprint: null,
    correlationId: 'request-1',
    sentAtMs: NOW_MS,
    waitMs: 10_000,
    replyTo: null,
    ...envelope,
  }) as unknown as Command<T>;

export const grant = (amount: number, data: Partial<CommandDataByType['GrantCredits']> = {}, envelope: Envelope = {}) =>
  command(
    'GrantCredits',
    { amount, source: 'purchase', expiresAt: null, referenceId: null, ...data },
    { keyed: true, fingerprint: 'f', ...envelope },
  );

const because = {
  reasonCode: 'goodwill',
  by: 'key:operator',
  note: { keyId: 'key-note' as KeyId, sealed: 'sealed-note' as Sealed },
} as const;

export const refund = (
  id: EnrichmentId,
  data: Partial<CommandDataByType['RefundEnrichment']> = {},
  envelope: Envelope = {},
) =>
  command(
    'RefundEnrichment',
    { enrichmentId: id, amount: null, ...because, ...data },
    { keyed: true, fingerprint: 'f', ...envelope },
  );

export const adjust = (amount: number, envelope: Envelope = {}) =>
  command('AdjustCredits', { amount, ...because }, { keyed: true, fingerprint: 'f', ...envelope });

export const record = (data: Partial<CommandDataByType['RecordPerson']> = {}, envelope: Envelope = {}) =>
  command(
    'RecordPerson',
    {
      personId: null,
      identities: [hashOfKey('ada')],
      keyId: keyId('ada'),
      sealed: sealed('ada'),
      source: 'api',
      mergedInto: null,
      ...data,
    },
    envelope,
  );

export const request = (
  names: readonly string[],
  data: Partial<CommandDataByType['RequestEnrichments']> = {},
  envelope: Envelope = {},
) =>
  command(
    'RequestEnrichments',
    {
      personIds: names.map(personId),
      field: 'emails',
      optionsHash: 'default',
      plan: PLAN,
      priceListVersion: 'prices-1',
      createdBy: 'user_1',
      dialect: 'operations',
      maxAgeMs: MAX_AGE_MS,
      ...data,
    },
    envelope,
  );

export type ResponseData = CommandDataByType['RecordProviderResponse'];

export const response = (id: EnrichmentId, data: Partial<ResponseData> = {}, envelope: Envelope = {}) =>
  command(
    'RecordProviderResponse',
    {
      enrichmentId: id,
      attempt: 1,
      step: 1,
      provider: 'fast',
      outcome: 'miss',
      reason: null,
      vendorPrice: null,
      latencyMs: 20,
      startedAt: at(0),
      verification: null,
      valuesFound: 0,
      keyId: null,
      sealed: null,
      cacheId: null,
      cache: null,
      ...data,
    },
    { waitMs: null, ...envelope },
  );

/** The part of an answer that makes it a hit. */
export const hit = (verification: ResponseData['verification'] = 'deliverable', name = 'values') =>
  ({ outcome: 'hit', verification, valuesFound: 1, keyId: keyId('ada'), sealed: sealed(name) }) as const;

export const expire = (id: EnrichmentId, envelope: Envelope = {}) =>
  command('ExpireEnrichment', { enrichmentId: id }, { waitMs: null, ...envelope });
export const expireGrants = (envelope: Envelope = {}) => command('ExpireGrants', {}, { waitMs: null, ...envelope });
/** A statement that continues `mark`, as the sweeper makes it. */
export const checkpoint = (
  { upToSeq, hash: previous }: LedgerMark,
  { claim = 'claim-1', ...data }: Partial<LedgerStatement> & { readonly claim?: string } = {},
  envelope: Envelope = {},
) => {
  const statement: LedgerStatement = {
    partition: 0,
    upToSeq: upToSeq + 1,
    asOf: at(0),
    heads: 1,
    merkleRoot: 'e'.repeat(64),
    previous,
    keyId: 'key-1',
    ...data,
  };
  const signed = { ...statement, hash: statementHash(sha256, statement), signature: 'c2lnbmVk' };
  return command('CheckpointLedger', { claim, statement: signed }, { waitMs: null, ...envelope });
};
export const cancel = (
  name: string,
  data: Partial<CommandDataByType['CancelEnrichment']> = {},
  envelope: Envelope = {},
) =>
  command('CancelEnrichment', { personId: personId(name), field: 'emails', optionsHash: 'default', ...data }, envelope);
