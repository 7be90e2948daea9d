import { arrayOf } from '../db/array-parameter.js';
import { statement, type Sql } from '../db/database.js';
import type { StoredEvent } from '../events/event.js';
import type { RowsBefore } from './batch.js';
import { accountOfRow, type AccountDbRow, type AccountRow } from './credits/credit-accounts.projection.js';
import type { EnrichmentRow } from './enrichments/enrichments.projection.js';
import { enrichmentOfRow, type EnrichmentDbRow } from './enrichments/enrichments.row.js';
import { identitiesIn, type IdentityOpener } from './persons/identities.js';
import { streamsToRead } from './streams-to-read.js';
import type { WrittenRows } from './written-rows.js';

const ENRICHMENTS = statement('enrichments_before', 'select * from enrichments where id = any($1::uuid[])');
const ACCOUNTS = statement('accounts_before', 'select * from credit_accounts where org_id = any($1::text[])');

export interface BeforeSources {
  readonly sql: Sql;
  readonly identities: IdentityOpener;
  /** Looked at first. */
  readonly written: Pick<WrittenRows, 'enrichment' | 'account'>;
}

/** Finds what the fold of a batch builds on: at most one statement per table. */
export const readRowsBefore = async (
  { sql, identities, written }: BeforeSources,
  events: readonly StoredEvent[],
): Promise<RowsBefore> => {
  const streams = streamsToRead(events);
  const boxes = identitiesIn(events);
  const enrichments = split(streams.enrichments, (id) => written.enrichment(id));
  const accounts = split(streams.accounts, (orgId) => written.account(orgId));
  const read = await Promise.all([enrichmentsBefore(sql, enrichments.unknown), accountsBefore(sql, accounts.unknown)]);
  return {
    enrichments: [...enrichments.known, ...read[0]],
    accounts: [...accounts.known, ...read[1]],
    identities: boxes.length === 0 ? new Map() : await identities.openAll(boxes),
  };
};

const split = <Key, Row>(keys: readonly Key[], rowOf: (key: Key) => Row | undefined) => {
  const known: Row[] = [];
  const unknown: Key[] = [];
  for (const key of keys) {
    const row = rowOf(key);
    if (row === undefined) unknown.push(key);
    else known.push(row);
  }
  return { known, unknown };
};

const enrichmentsBefore = async (sql: Sql, ids: readonly string[]): Promise<readonly EnrichmentRow[]> => {
  if (ids.length === 0) return [];
  return (await sql.query<FullEnrichmentDbRow>(ENRICHMENTS, [arrayOf('uuid', ids)])).map(enrichmentRowOf);
};

const accountsBefore = async (sql: Sql, orgs: readonly string[]): Promise<readonly AccountRow[]> => {
  if (orgs.length === 0) return [];
  return (await sql.query<AccountDbRow>(ACCOUNTS, [arrayOf('text', orgs)])).map(accountOfRow);
};

interface FullEnrichmentDbRow extends EnrichmentDbRow {
  readonly waterfall_id: string;
  readonly waterfall_version: number;
  readonly verification: EnrichmentRow['verification'];
  readonly key_id: EnrichmentRow['keyId'];
  readonly sealed: EnrichmentRow['sealed'];
  readonly partition: number;
  readonly seq: string;
}

const enrichmentRowOf = (row: FullEnrichmentDbRow): EnrichmentRow => ({
  enrichment: enrichmentOfRow(row),
  waterfallId: row.waterfall_id,
  waterfallVersion: row.waterfall_version,
  verification: row.verification,
  keyId: row.key_id,
  sealed: row.sealed,
  partition: row.partition,
  seq: Number(row.seq),
});
