import { statement, type Sql } from '../../db/database.js';
import type { AttemptOutcome, ReceiptLine } from '../../domain/enrichments/enrichment.js';
import type { EnrichmentId, OrgId } from '../../domain/kernel/ids.js';
import { instantOf, type Instant } from '../../domain/kernel/instant.js';
import type { Verification } from '../../domain/waterfall/plan.js';

/** One line of an enrichment's trace (API WF-08). */
export interface AttemptView {
  readonly attempt: number;
  /** 0 = the cross-org cache. */
  readonly step: number;
  readonly provider: string;
  readonly waterfallVersion: number;
  readonly startedAt: Instant;
  readonly latencyMs: number;
  readonly outcome: AttemptOutcome;
  readonly reason: string | null;
  /** What it cost the org, in the installation's unit: 0 unless it won (CR-03). */
  readonly price: number;
  readonly verification: Verification | null;
  readonly valuesFound: number;
  /** The answer was not awaited any more and changed nothing. */
  readonly late: boolean;
}

const ATTEMPTS_MAX = 200;
const OF_ENRICHMENT = statement(
  'attempts_of_enrichment',
  `select attempt, step, provider, started_at, latency_ms, attempt_log.outcome, reason, attempt_log.verification,
     values_found, late, waterfall_version, lines
   from attempt_log join enrichments on enrichments.id = enrichment_id
   where attempt_log.org_id = $1 and enrichments.org_id = $1 and enrichment_id = $2
   order by attempt_log.seq limit ${ATTEMPTS_MAX}`,
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
  readonly waterfall_version: number;
  /** Of the enrichment: one line per answer that counted. */
  readonly lines: readonly ReceiptLine[];
}

const viewOfRow = (row: AttemptRow): AttemptView => ({
  attempt: row.attempt,
  step: row.step,
  provider: row.provider,
  waterfallVersion: row.waterfall_version,
  startedAt: instantOf(row.started_at.getTime()),
  latencyMs: row.latency_ms,
  outcome: row.outcome,
  reason: row.reason,
  price: row.late ? 0 : (row.lines.find(({ step }) => step === row.step)?.price ?? 0),
  verification: row.verification,
  valuesFound: row.values_found,
  late: row.late,
});
