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

/** One index look-up per target, all in one statement; targets without any give no row. */
const NEWEST_OF_EACH = statement(
  'enrichment_newest_of_each',
  `select target.place, ${VIEW_COLUMNS}
   from unnest($2::uuid[], $3::text[]) with ordinality as target (target_person, target_field, place)
   cross join lateral (
     select ${VIEW_COLUMNS} from enrichments
     where org_id = $1 and person_id = target_person and field = target_field
     order by created_at desc, id desc limit 1
   ) newest`,
);

/** What an enrichment is looked up by. */
export interface EnrichmentTarget {
  readonly personId: PersonId;
  readonly field: Field;
}

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

  /** As `newest`, of each target in its place; null where there is none (API OP-20). */
  async newestOfEach(orgId: OrgId, targets: readonly EnrichmentTarget[]): Promise<readonly (EnrichmentView | null)[]> {
    const personIds = targets.map(({ personId }) => personId);
    const fields = targets.map(({ field }) => field);
    const rows = await this.sql.query<PlacedDbRow>(NEWEST_OF_EACH, [orgId, personIds, fields]);
    const byPlace = new Map(rows.map((row) => [Number(row.place), row]));
    return targets.map((_, index) => firstView([byPlace.get(index + 1)]));
  }
}

type ViewDbRow = Omit<EnrichmentDbRow, 'pending'>;
/** `place` counts from 1, as text. */
type PlacedDbRow = ViewDbRow & { readonly place: string };

const firstView = ([row]: readonly (ViewDbRow | undefined)[]): EnrichmentView | null =>
  row === undefined ? null : viewOf(enrichmentOfRow({ ...row, pending: null }));
