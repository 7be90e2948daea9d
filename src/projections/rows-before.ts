import { statement, type Sql } from '../db/database.js';
import type { StoredEvent } from '../events/event.js';
import type { RowsBefore } from './batch.js';
import { accountOfRow, type AccountDbRow, type AccountRow } from './credits/credit-accounts.projection.js';
import type { EnrichmentRow } from './enrichments/enrichments.projection.js';
import { enrichmentOfRow, type EnrichmentDbRow } from './enrichments/enrichments.row.js';
import { identitiesIn, type IdentityOpener } from './persons/identities.js';
import { streamsToRead } from './streams-to-read.js';

const ENRICHMENTS = statement('enrichments_before', 'select * from enrichments where id = any($1::uuid[])');
const ACCOUNTS = statement('accounts_before', 'select * from credit_accounts where org_id = any($1::text[])');

export interface BeforeSources {
  readonly sql: Sql;
  readonly identities: IdentityOpener;
}

/** Reads what the fold of a batch builds on: at most one statement per table. */
export const readRowsBefore = async (
  { sql, identities }: BeforeSources,
  events: readonly StoredEvent[],
): Promise<RowsBefore> => {
  const streams = streamsToRead(events);
  const boxes = identitiesIn(events);
  return {
    enrichments: await enrichmentsBefore(sql, streams.enrichments),
    accounts: await accountsBefore(sql, streams.accounts),
    identities: boxes.length === 0 ? new Map() : await identities.openAll(boxes),
  };
};

const enrichmentsBefore = async (sql: Sql, ids: readonly string[]): Promise<readonly EnrichmentRow[]> => {
  if (ids.length === 0) return [];
  return (await sql.query<FullEnrichmentDbRow>(ENRICHMENTS, [ids])).map(enrichmentRowOf);
};

const accountsBefore = async (sql: Sql, orgs: readonly string[]): Promise<readonly AccountRow[]> => {
  if (orgs.length === 0) return [];
  return (await sql.query<AccountDbRow>(ACCOUNTS, [orgs])).map(accountOfRow);
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
