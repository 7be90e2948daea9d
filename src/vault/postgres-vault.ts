import { randomBytes } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { arrayOf, columnOf } from '../db/array-parameter.js';
import { statement, type Database } from '../db/database.js';
import { unnested } from '../db/unnested.js';
import type { Clock } from '../domain/kernel/clock.js';
import type { IdentityHash, KeyId, OrgId, Sealed } from '../domain/kernel/ids.js';
import { ENDLESS_SLICE, mapInSlices, type Slices } from '../observability/event-loop-slices.js';
import {
  deriveMasterKeys,
  hashIdentity,
  keyOf,
  newWrappedKey,
  openJson,
  sealJson,
  unwrapKey,
  type MasterKeys,
} from './sealing.js';
import {
  aboutOf,
  KeyDestroyed,
  KeyMissing,
  type IdentityKind,
  type KeyOfOrg,
  type SealKind,
  type Vault,
} from './vault.js';

/** An erased key may be used for at most this long from a cache (DESIGN §6). */
const KEY_CACHE_MS = 60_000;
/** Some seconds of work at full rate, a good 5 MB in all: of other people the keys are read with the next batch. */
const KEYS_CACHED_MAX = 10_000;
const KEY_ID_BYTES = 10;

interface KeyRow {
  identity_hash: string;
  key_id: string;
  wrapped_key: Buffer | null;
}

/** `do update` returns the row of a concurrent creator as well; rows in hash order, so that two bundles never deadlock. */
const GET_OR_CREATE = statement(
  'vault_get_or_create',
  `insert into person_keys (org_id, identity_hash, key_id, wrapped_key)
   select $1, identity_hash, key_id, wrapped_key
   from ${unnested({ identity_hash: 'text', key_id: 'text', wrapped_key: 'bytea' }, 2)} as fresh order by identity_hash
   on conflict (org_id, identity_hash) do update set identity_hash = excluded.identity_hash
   returning identity_hash, key_id, wrapped_key`,
);
const LOAD = statement(
  'vault_load',
  'select identity_hash, key_id, wrapped_key from person_keys where org_id = $1 and key_id = any($2::text[])',
);

const LOAD_ALL = statement(
  'vault_load_all',
  `select org_id, identity_hash, key_id, wrapped_key from person_keys
   where (org_id, key_id) in ${unnested({ org_id: 'text', key_id: 'text' })}`,
);

export interface VaultOptions {
  /** A durable one. */
  readonly database: Database;
  readonly masterKey: Buffer;
  readonly clock: Clock;
  /** Left out: whoever seals has the event loop to itself. */
  readonly slices?: Slices;
}

/** The vault on `person_keys`: the one table that the log cannot rebuild. */
export class PostgresVault implements Vault {
  private readonly keys: LRUCache<string, Uint8Array>;
  private readonly known: LRUCache<string, KeyId>;
  private readonly masterKeys: MasterKeys;
  private readonly slices: Slices;

  constructor(private readonly options: VaultOptions) {
    this.masterKeys = deriveMasterKeys(options.masterKey);
    this.slices = options.slices ?? ENDLESS_SLICE;
    const perf = { now: () => options.clock.now() };
    this.keys = new LRUCache({ max: KEYS_CACHED_MAX, ttl: KEY_CACHE_MS, perf });
    this.known = new LRUCache({ max: KEYS_CACHED_MAX, ttl: KEY_CACHE_MS, perf });
  }

  /** Fingerprint of the master key, compared with the installation's at start. */
  get check(): string {
    return this.masterKeys.check;
  }

  identityHash(kind: IdentityKind, canonicalValue: string): IdentityHash {
    return hashIdentity(this.masterKeys.identity, kind, canonicalValue);
  }

  async keysFor(orgId: OrgId, identities: readonly IdentityHash[]): Promise<ReadonlyMap<IdentityHash, KeyId>> {
    const found = new Map<IdentityHash, KeyId>();
    const missing: IdentityHash[] = [];
    for (const identity of new Set(identities)) {
      const keyId = this.known.get(`${orgId}/${identity}`);
      if (keyId === undefined) missing.push(identity);
      else found.set(identity, keyId);
    }
    if (missing.length > 0) await this.getOrCreate(orgId, missing, found);
    return found;
  }

  async seal(orgId: OrgId, keyId: KeyId, kind: SealKind, value: unknown): Promise<Sealed> {
    return sealJson(keyOf(await this.key(orgId, keyId)), aboutOf(orgId, keyId, kind), value);
  }

  async open(orgId: OrgId, keyId: KeyId, kind: SealKind, sealed: Sealed): Promise<unknown> {
    return openJson(keyOf(await this.key(orgId, keyId)), aboutOf(orgId, keyId, kind), sealed);
  }

  async warm(orgId: OrgId, keyIds: readonly KeyId[]): Promise<void> {
    await this.warmAll(keyIds.map((keyId) => ({ orgId, keyId })));
  }

  async warmAll(keys: readonly KeyOfOrg[]): Promise<void> {
    const cold = new Map(keys.map((key) => [cacheKey(key.orgId, key.keyId), key]));
    for (const name of cold.keys()) if (this.keys.has(name)) cold.delete(name);
    if (cold.size === 0) return;
    const wanted = [...cold.values()];
    const ids = [columnOf('text', wanted, ({ orgId }) => orgId), columnOf('text', wanted, ({ keyId }) => keyId)];
    const askedMs = this.options.clock.now();
    const rows = await this.options.database.query<KeyRow & { org_id: OrgId }>(LOAD_ALL, ids);
    // Destroyed keys are left out here: they are an error of the one who opens, not of the one who warms.
    await mapInSlices(this.slices, rows, (row) => {
      if (row.wrapped_key !== null) this.remember(row.org_id, row, askedMs);
    });
  }

  private async getOrCreate(
    orgId: OrgId,
    identities: readonly IdentityHash[],
    found: Map<IdentityHash, KeyId>,
  ): Promise<void> {
    const keyIds = identities.map(() => randomBytes(KEY_ID_BYTES).toString('hex'));
    const wrapped = await mapInSlices(this.slices, keyIds, (keyId) =>
      newWrappedKey(this.masterKeys.wrapping, `${orgId}\0${keyId}`),
    );
    const askedMs = this.options.clock.now();
    const rows = await this.options.database.query<KeyRow>(GET_OR_CREATE, [
      orgId,
      arrayOf('text', identities),
      arrayOf('text', keyIds),
      arrayOf('bytea', wrapped),
    ]);
    await mapInSlices(this.slices, rows, (row) => {
      if (row.wrapped_key === null) throw new KeyDestroyed(row.key_id);
      this.remember(orgId, row, askedMs);
      this.known.set(`${orgId}/${row.identity_hash}`, row.key_id as KeyId, { start: askedMs });
      found.set(row.identity_hash as IdentityHash, row.key_id as KeyId);
    });
  }

  /** Sealing and opening are the dearest steps of whatever handles people: between two, everything else may go on. */
  private async key(orgId: OrgId, keyId: KeyId): Promise<Uint8Array> {
    if (this.slices.areOver) await this.slices.breathe();
    const cached = this.keys.get(cacheKey(orgId, keyId));
    if (cached !== undefined) return cached;
    const askedMs = this.options.clock.now();
    const [row] = await this.options.database.query<KeyRow>(LOAD, [orgId, arrayOf('text', [keyId])]);
    if (row === undefined) throw new KeyMissing(keyId);
    if (row.wrapped_key === null) throw new KeyDestroyed(keyId);
    return this.remember(orgId, row, askedMs);
  }

  /** `askedMs`: it may have been destroyed right after it was asked for, so its time in the cache counts from there. */
  private remember(orgId: OrgId, row: KeyRow, askedMs: number): Uint8Array {
    const key = unwrapKey(this.masterKeys.wrapping, `${orgId}\0${row.key_id}`, row.wrapped_key as Buffer);
    this.keys.set(cacheKey(orgId, row.key_id), key, { start: askedMs });
    return key;
  }
}

const cacheKey = (orgId: OrgId, keyId: string): string => `${orgId}/${keyId}`;
