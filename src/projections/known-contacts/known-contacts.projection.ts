import type { EnrichmentId, IdentityHash, KeyId, Sealed } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { Field, Verification } from '../../domain/waterfall/plan.js';
import type { CacheEntry } from '../../events/enrichment.events.js';
import type { StoredEvent } from '../../events/event.js';
import { column, table } from '../table.js';

/** One entry of the cross-org cache (API CR-05); sealed under the cache's own key. */
export interface KnownContactRow {
  readonly identityHash: IdentityHash;
  readonly field: Field;
  readonly cacheId: string;
  readonly provider: string;
  readonly verification: Verification;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  /** When the provider gave it. */
  readonly verifiedAt: Instant;
  readonly time: Instant;
  readonly partition: number;
  readonly seq: number;
}

/** Orgs of several partitions write the same row: time decides, place in the log breaks ties. */
export const KNOWN_CONTACTS = table<KnownContactRow>({
  name: 'known_contacts',
  key: ['identity_hash', 'field'],
  newerBy: ['time', 'partition', 'seq'],
  columns: [
    column('identity_hash', 'text', (row) => row.identityHash),
    column('field', 'text', (row) => row.field),
    column('cache_id', 'text', (row) => row.cacheId),
    column('provider', 'text', (row) => row.provider),
    column('verification', 'text', (row) => row.verification),
    column('key_id', 'text', (row) => row.keyId),
    column('sealed', 'text', (row) => row.sealed),
    column('verified_at', 'timestamptz', (row) => row.verifiedAt),
    column('time', 'timestamptz', (row) => row.time),
    column('partition', 'smallint', (row) => row.partition),
    column('seq', 'bigint', (row) => row.seq),
  ],
});

/**
 * Events may be of several partitions, each in its own order. The result is in key order, so that projectors of two
 * partitions lock the rows they share in the same order.
 */
export const foldKnownContacts = (
  events: readonly StoredEvent[],
  fieldOf: (id: EnrichmentId) => Field,
): readonly KnownContactRow[] => {
  const rows = new Map<string, KnownContactRow>();
  for (const event of events) {
    if (event.type !== 'ProviderResponded' || event.data.cache === null) continue;
    const field = fieldOf(event.data.enrichmentId);
    for (const identityHash of event.data.cache.identities) {
      const key = `${identityHash}/${field}`;
      rows.set(key, newerOf(rows.get(key), rowOf(event, event.data.cache, { identityHash, field })));
    }
  }
  return [...rows].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, row]) => row);
};

/** As `newerBy` has it in the table. */
const newerOf = (before: KnownContactRow | undefined, row: KnownContactRow): KnownContactRow =>
  before === undefined || isOlder(before, row) ? row : before;

const isOlder = (left: KnownContactRow, right: KnownContactRow): boolean => {
  if (left.time !== right.time) return left.time < right.time;
  return left.partition === right.partition ? left.seq < right.seq : left.partition < right.partition;
};

const rowOf = (
  event: StoredEvent<'ProviderResponded'>,
  cache: CacheEntry,
  key: Pick<KnownContactRow, 'identityHash' | 'field'>,
): KnownContactRow => ({
  ...key,
  cacheId: cache.cacheId,
  provider: event.data.provider,
  verification: event.data.verification ?? 'unknown',
  keyId: cache.keyId,
  sealed: cache.sealed,
  verifiedAt: event.data.startedAt,
  time: event.time,
  partition: event.partition,
  seq: event.seq,
});
