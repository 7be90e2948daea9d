import { statement, type Sql } from '../../db/database.js';
import { viewOf, type EnrichmentView } from '../../domain/enrichments/enrichment-view.js';
import type { EnrichmentId, OrgId, PersonId } from '../../domain/kernel/ids.js';
import type { Field } from '../../domain/waterfall/plan.js';
import { enrichmentOfRow, VIEW_COLUMNS, type EnrichmentDbRow } from './enrichments.row.js';

const BY_ID = statement('enrichment_by_id', `select ${VIEW_COLUMNS} from enrichments where org_id = $1 and id = $2`);
const NEWEST = statement(
  'enrichment_newest',
  `select ${VIEW_COLUMNS} from enrichments where org_id = $1 and person_id = $2 and field = $3
   order by created_at desc, id desc limit 1`,
);

/** The same view that the decider answers with. */
export class EnrichmentsQuery {
  constructor(private readonly sql: Sql) {}

  async byId(orgId: OrgId, id: EnrichmentId): Promise<EnrichmentView | null> {
    return firstView(await this.sql.query<ViewDbRow>(BY_ID, [orgId, id]));
  }

  /** Of any options and any status (API OP-03, OP-04). */
  async newest(orgId: OrgId, personId: PersonId, field: Field): Promise<EnrichmentView | null> {
    return firstView(await this.sql.query<ViewDbRow>(NEWEST, [orgId, personId, field]));
  }
}

type ViewDbRow = Omit<EnrichmentDbRow, 'pending'>;

const firstView = ([row]: readonly ViewDbRow[]): EnrichmentView | null =>
  row === undefined ? null : viewOf(enrichmentOfRow({ ...row, pending: null }));
