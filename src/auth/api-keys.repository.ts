import { LRUCache } from 'lru-cache';
import { arrayOf } from '../db/array-parameter.js';
import { statement, type Sql } from '../db/database.js';
import { SharedLookUp } from '../db/shared-look-up.js';
import type { Clock } from '../domain/kernel/clock.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { hashSecret, newApiKey, type ApiKeyCredential, type KeyMode } from './api-key.js';
import type { Scope } from './principal.js';

export interface ApiKey {
  readonly id: string;
  readonly orgId: OrgId;
  readonly mode: KeyMode;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly revokedAt: Date | null;
  readonly createdAt: Date;
  /** API CR-07; null: no cap. */
  readonly dailyCap: number | null;
  readonly totalCap: number | null;
}
export interface StoredApiKey extends ApiKey {
  readonly secretHash: Buffer;
}

/** A revoked key may be accepted for at most this long by another process. */
const KEY_CACHE_MS = 5_000;
const KEYS_CACHED_MAX = 10_000;
const LIST_MAX = 1_000;

const COLUMNS = `id, org_id as "orgId", mode, name, scopes, expires_at as "expiresAt", revoked_at as "revokedAt",
  created_at as "createdAt", daily_cap::float8 as "dailyCap", total_cap::float8 as "totalCap"`;
const FIND = statement(
  'api_keys_find',
  `select ${COLUMNS}, secret_hash as "secretHash" from api_keys where id = any($1::text[])`,
);
const LIST = statement(
  'api_keys_list',
  `select ${COLUMNS} from api_keys where org_id = $1 order by created_at, id limit ${LIST_MAX}`,
);
const CREATE = statement(
  'api_keys_create',
  `insert into api_keys (id, org_id, mode, name, secret_hash, scopes, expires_at, daily_cap, total_cap)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
const REVOKE = statement(
  'api_keys_revoke',
  `update api_keys set revoked_at = now() where org_id = $1 and id = $2 and revoked_at is null returning id`,
);

export interface NewApiKey {
  readonly orgId: OrgId;
  readonly mode: KeyMode;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt?: Date;
  /** Amounts in the installation's unit. */
  readonly dailyCap?: number;
  readonly totalCap?: number;
}

/** API keys: configuration in Postgres, secrets only as salted hashes. */
export class ApiKeysRepository {
  private readonly cache: LRUCache<string, StoredApiKey>;
  /** By this process, so far. */
  private revocations = 0;
  private readonly stored = new SharedLookUp<string, StoredApiKey>((ids) => this.look(ids));

  constructor(private readonly options: { readonly sql: Sql; readonly keySalt: Buffer; readonly clock: Clock }) {
    const perf = { now: () => options.clock.now() };
    // `ttlResolution`: the clock is asked at every look; the cache's own timers know no other clock.
    this.cache = new LRUCache({ max: KEYS_CACHED_MAX, ttl: KEY_CACHE_MS, ttlResolution: 0, perf });
  }

  get keySalt(): Buffer {
    return this.options.keySalt;
  }

  /** The key of any org: who presents it is not known before. */
  async find(id: string): Promise<StoredApiKey | null> {
    const cached = this.cache.get(id);
    if (cached !== undefined) return cached;
    const { revocations } = this;
    const row = await this.stored.find(id);
    if (row === undefined) return null;
    // It may have been read before a revocation that came back sooner.
    if (revocations === this.revocations) this.cache.set(id, row);
    return row;
  }

  list(orgId: OrgId): Promise<readonly ApiKey[]> {
    return this.options.sql.query<ApiKey>(LIST, [orgId]);
  }

  /** The secret is in the answer and nowhere else. */
  async create(key: NewApiKey): Promise<ApiKeyCredential & { readonly mode: KeyMode }> {
    const credential = newApiKey(key.mode);
    const hash = hashSecret(this.options.keySalt, credential.secret);
    const { dailyCap = null, totalCap = null, expiresAt = null } = key;
    const identity = [credential.id, key.orgId, key.mode, key.name, hash];
    const values = [...identity, key.scopes, expiresAt, dailyCap, totalCap];
    await this.options.sql.query(CREATE, values);
    return credential;
  }

  /** False when the org has no such live key. */
  async revoke(orgId: OrgId, id: string): Promise<boolean> {
    const rows = await this.options.sql.query(REVOKE, [orgId, id]);
    this.revocations += 1;
    this.cache.delete(id);
    return rows.length > 0;
  }

  private async look(ids: readonly string[]): Promise<readonly (StoredApiKey | undefined)[]> {
    const rows = await this.options.sql.query<StoredApiKey>(FIND, [arrayOf('text', ids)]);
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => byId.get(id));
  }
}
