import { statement, type Sql } from '../../db/database.js';
import type { AttemptOutcome } from '../../domain/enrichments/enrichment.js';
import type { EnrichmentId, OrgId } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';
import type { Verification } from '../../domain/waterfall/plan.js';

/** One line of an enrichment's trace (API WF-08); what a line cost the org stands in the receipt. */
export interface AttemptView {
  readonly attempt: number;
  /** 0 = the cross-org cache. */
  readonly step: number;
  readonly provider: string;
  readonly startedAt: Instant;
  readonly latencyMs: number;
  readonly outcome: AttemptOutcome;
  readonly reason: string | null;
  readonly verification: Verification | null;
  readonly valuesFound: number;
  /** The answer was not awaited any more and changed nothing. */
  readonly late: boolean;
}

const ATTEMPTS_MAX = 200;
const OF_ENRICHMENT = statement(
  'attempts_of_enrichment',
  `select attempt, step, provider, started_at, latency_ms, outcome, reason, verification, values_found, late
   from attempt_log where org_id = $1 and enrichment_id = $2 order by seq limit ${ATTEMPTS_MAX}`,
);

export class AttemptsQuery {
  constructor(private readonly sql: Sql) {}

  /** In the order of the log. */
  async ofEnrichment(orgId: OrgId, enrichmentId: EnrichmentId): Promise<readonly AttemptView[]> {
    const rows = await this.sql.query<AttemptRow>(OF_ENRICHMENT, [orgId, enrichmentId]);
    return rows.map(viewOfRow);
  }
}

interface AttemptRow {
  readonly attempt: number;
  readonly step: number;
  readonly provider: string;
  readonly started_at: Date;
  readonly latency_ms: number;
  readonly outcome: AttemptOutcome;
  readonly reason: string | null;
  readonly verification: Verification | null;
  readonly values_found: number;
  readonly late: boolean;
}

const viewOfRow = (row: AttemptRow): AttemptView => ({
  attempt: row.attempt,
  step: row.step,
  provider: row.provider,
  startedAt: instantOf(row.started_at.getTime()),
  latencyMs: row.latency_ms,
  outcome: row.outcome,
  reason: row.reason,
  verification: row.verification,
  valuesFound: row.values_found,
  late: row.late,
});
