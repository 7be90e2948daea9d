import { columnOf } from '../db/array-parameter.js';
import { statement, type Sql } from '../db/database.js';
import { unnested } from '../db/unnested.js';
import type { IdentityHash, KeyId, Sealed } from '../domain/kernel/ids.js';
import type { Field, Verification } from '../domain/waterfall/plan.js';
import type { Slices } from '../observability/event-loop-slices.js';
import { commandIdFrom } from '../log/command-id.js';
import type { CacheEntry } from '../events/enrichment.events.js';
import { CACHE_ORG, KeyDestroyed, type Vault } from '../vault/vault.js';
import { isTestOrg, type AttemptRow, type HeldAttempt } from './attempt.js';
import { MicroBatcher } from '../observability/micro-batcher.js';
import type { FoundValues, ProviderAdapter } from './provider.js';
import type { Verdict } from './verdict.js';
import { isVerified, valuesIn } from './values.js';

const ENTRY_AGE_MS_MAX = 90 * 24 * 3_600_000;
const KEYS_PER_STATEMENT_MAX = 500;
/** Personal emails are never shared (SU-03); signals are not contact data. */
const CACHED_FIELDS: ReadonlySet<Field> = new Set(['emails', 'phones']);

/** An entry of the cache, opened. */
export interface CachedContact {
  readonly cacheId: string;
  readonly values: FoundValues;
  readonly valuesFound: number;
  readonly verification: Verification;
}

/** One question to the table: any of these identities, strongest first. */
export interface CacheQuestion {
  readonly identities: readonly IdentityHash[];
  readonly field: Field;
}

export interface CacheRow {
  /** Index of the question. */
  readonly question: number;
  readonly cacheId: string;
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  readonly verification: Verification;
}

/** Reads the table `known_contacts`, which `projections` writes. */
export interface KnownContacts {
  /** The entry of the strongest identity for each question, if there is one not older than `ageMsMax`. */
  find(questions: readonly CacheQuestion[], ageMsMax: number): Promise<readonly CacheRow[]>;
}

const FIND = statement(
  'providers_known_contacts',
  `select distinct on (asked.question) asked.question, known.cache_id, known.key_id, known.sealed, known.verification
   from ${unnested({ question: 'int', rank: 'int', identity_hash: 'text', field: 'text' })} as asked
   join known_contacts known on known.identity_hash = asked.identity_hash and known.field = asked.field
   where known.verified_at > now() - $5::float8 * interval '1 millisecond'
   order by asked.question, asked.rank`,
);

export class PostgresKnownContacts implements KnownContacts {
  constructor(private readonly sql: Sql) {}

  async find(questions: readonly CacheQuestion[], ageMsMax: number): Promise<readonly CacheRow[]> {
    const asked = questions.flatMap(({ identities, field }, question) =>
      identities.map((identity, rank) => ({ question, rank, identity, field })),
    );
    const rows = await this.sql.query<KnownContactRow>(FIND, [
      columnOf('int', asked, ({ question }) => question),
      columnOf('int', asked, ({ rank }) => rank),
      columnOf('text', asked, ({ identity }) => identity),
      columnOf('text', asked, ({ field }) => field),
      ageMsMax,
    ]);
    return rows.map((row) => ({
      question: row.question,
      cacheId: row.cache_id,
      keyId: row.key_id,
      sealed: row.sealed,
      verification: row.verification,
    }));
  }
}

interface KnownContactRow {
  readonly question: number;
  readonly cache_id: string;
  readonly key_id: KeyId;
  readonly sealed: Sealed;
  readonly verification: Verification;
}

/** The cross-org cache (CR-05): step zero of every waterfall of a live org. Test orgs neither read nor fill it. */
export class ContactCache {
  private readonly keys: MicroBatcher<IdentityHash, KeyId | null>;

  constructor(
    private readonly options: { readonly known: KnownContacts; readonly vault: Vault; readonly slices: Slices },
  ) {
    this.keys = new MicroBatcher((identities) => this.keysOf(identities), { itemsMax: KEYS_PER_STATEMENT_MAX });
  }

  /** Whether step zero is still to be done: only before anything of the first attempt was begun. */
  static isAskedFor(attempt: HeldAttempt): boolean {
    const untouched = attempt.attempt === 1 && attempt.calls + attempt.tries === 0 && attempt.vendorRef === null;
    return untouched && CACHED_FIELDS.has(attempt.field) && !isTestOrg(attempt.orgId);
  }

  /** Looks for all of them in one statement; the result has one place per attempt. */
  async find(attempts: readonly HeldAttempt[]): Promise<readonly (CachedContact | null)[]> {
    if (attempts.length === 0) return [];
    const { known, vault, slices } = this.options;
    const rows = await known.find(attempts, ENTRY_AGE_MS_MAX);
    if (rows.length > 0) await vault.warm(CACHE_ORG, [...new Set(rows.map(({ keyId }) => keyId))]);
    const found = new Map<number, CachedContact>();
    for (const row of rows) {
      if (slices.areOver) await slices.breathe();
      const contact = await this.open(row);
      if (contact !== null) found.set(row.question, contact);
    }
    return attempts.map((_, index) => found.get(index) ?? null);
  }

  /** What a hit leaves in the cache, sealed under the cache's own key; null when it may not be shared. */
  async entryFor(attempt: AttemptRow, verdict: Verdict, adapter: ProviderAdapter): Promise<CacheEntry | null> {
    const [strongest] = attempt.identities;
    if (strongest === undefined || !this.mayFill(attempt, verdict, adapter)) return null;
    const keyId = await this.keys.add(strongest);
    if (keyId === null) return null;
    return {
      cacheId: commandIdFrom('cache', attempt.enrichmentId, attempt.attempt),
      identities: attempt.identities,
      keyId,
      sealed: await this.options.vault.seal(CACHE_ORG, keyId, 'values', verdict.values),
    };
  }

  private mayFill(attempt: AttemptRow, verdict: Verdict, adapter: ProviderAdapter): boolean {
    const verified = verdict.verification !== null && isVerified(verdict.verification);
    return verified && !adapter.sandbox && !isTestOrg(attempt.orgId) && CACHED_FIELDS.has(attempt.field);
  }

  /** An entry whose person was erased elsewhere is no entry any more. */
  private async open({ keyId, sealed, cacheId, verification }: CacheRow): Promise<CachedContact | null> {
    try {
      const values = (await this.options.vault.open(CACHE_ORG, keyId, 'values', sealed)) as FoundValues;
      return { cacheId, values, valuesFound: valuesIn(values), verification };
    } catch (error) {
      if (error instanceof KeyDestroyed) return null;
      throw error;
    }
  }

  private async keysOf(identities: readonly IdentityHash[]): Promise<readonly (KeyId | null)[]> {
    const distinct = [...new Set(identities)];
    try {
      const keys = await this.options.vault.keysFor(CACHE_ORG, distinct);
      return identities.map((identity) => keys.get(identity) ?? null);
    } catch (error) {
      if (!(error instanceof KeyDestroyed)) throw error;
      if (distinct.length === 1) return identities.map(() => null);
      // One erased person must not keep the others out.
      return Promise.all(identities.map(async (identity) => (await this.keysOf([identity]))[0] ?? null));
    }
  }
}
