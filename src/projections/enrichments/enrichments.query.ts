import { columnOf } from '../../db/array-parameter.js';
import { statement, type Sql } from '../../db/database.js';
import { SharedLookUp } from '../../db/shared-look-up.js';
import { viewOf, type EnrichmentView } from '../../domain/enrichments/enrichment-view.js';
import type { EnrichmentId, OrgId, PersonId } from '../../domain/kernel/ids.js';
import type { Field } from '../../domain/waterfall/plan.js';
import { enrichmentOfRow, VIEW_COLUMNS, type EnrichmentDbRow } from './enrichments.row.js';

const BY_ID = statement('enrichment_by_id', `select ${VIEW_COLUMNS} from enrichments where org_id = $1 and id = $2`);

/** One index look-up per target, each within its own org, all in one statement; targets without any give no row. */
const NEWEST_OF_EACH = statement(
  'enrichment_newest_of_each',
  `select target.place, ${VIEW_COLUMNS}
   from unnest($1::text[], $2::uuid[], $3::text[]) with ordinality
     as target (target_org, target_person, target_field, place)
   cross join lateral (
     select ${VIEW_COLUMNS} from enrichments
     where org_id = target_org and person_id = target_person and field = target_field
     order by created_at desc, id desc limit 1
   ) newest`,
);

/** What an enrichment is looked up by. */
export interface EnrichmentTarget {
  readonly personId: PersonId;
  readonly field: Field;
}

interface OrgTarget extends EnrichmentTarget {
  readonly orgId: OrgId;
}

/** The same view that the decider answers with. */
export class EnrichmentsQuery {
  private readonly singles = new SharedLookUp<OrgTarget, ViewDbRow>((targets) => this.look(targets));

  constructor(private readonly sql: Sql) {}

  async byId(orgId: OrgId, id: EnrichmentId): Promise<EnrichmentView | null> {
    const [row] = await this.sql.query<ViewDbRow>(BY_ID, [orgId, id]);
    return viewOfRow(row);
  }

  /** Of any options and any status (API OP-03, OP-04). */
  async newest(orgId: OrgId, personId: PersonId, field: Field): Promise<EnrichmentView | null> {
    return viewOfRow(await this.singles.find({ orgId, personId, field }));
  }

  /** As `newest`, of each target in its place; null where there is none (API OP-20). */
  async newestOfEach(orgId: OrgId, targets: readonly EnrichmentTarget[]): Promise<readonly (EnrichmentView | null)[]> {
    const rows = await this.look(targets.map(({ personId, field }) => ({ orgId, personId, field })));
    return rows.map(viewOfRow);
  }

  /** Rows, not views: one that cannot be read must not fail those who look beside it. */
  private async look(targets: readonly OrgTarget[]): Promise<readonly (ViewDbRow | undefined)[]> {
    const rows = await this.sql.query<PlacedDbRow>(NEWEST_OF_EACH, [
      columnOf('text', targets, ({ orgId }) => orgId),
      columnOf('uuid', targets, ({ personId }) => personId),
      columnOf('text', targets, ({ field }) => field),
    ]);
    const byPlace = new Map(rows.map((row) => [Number(row.place), row]));
    return targets.map((_, index) => byPlace.get(index + 1));
  }
}

type ViewDbRow = Omit<EnrichmentDbRow, 'pending'>;
/** `place` counts from 1, as text. */
type PlacedDbRow = ViewDbRow & { readonly place: string };

const viewOfRow = (row: ViewDbRow | undefined): EnrichmentView | null =>
  row === undefined ? null : viewOf(enrichmentOfRow({ ...row, pending: null }));
