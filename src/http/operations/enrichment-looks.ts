import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ExpireEnrichment } from '../../commands/expire-enrichment.command.js';
import type { Position } from '../../commands/ports.js';
import type { EnrichmentView } from '../../domain/enrichments/enrichment-view.js';
import type { Clock } from '../../domain/kernel/clock.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { epochMsOf } from '../../domain/kernel/instant.js';
import type { EnrichmentTarget } from '../../projections/enrichments/enrichments.query.js';
import type { ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { inParallel } from '../in-parallel.js';
import { CLOCK, ENRICHMENT_READER, type EnrichmentReader } from '../ports.js';

/** An enrichment as it stands after a look; `position` is set when looking has ended it. */
export interface Seen {
  readonly view: EnrichmentView;
  readonly position: Position | null;
}

/** Commands that one look may have in the air: the decider takes them as one batch, other requests go between. */
const EXPIRIES_AT_ONCE = 32;

/** Looking at enrichments as clients do: never older than their writes, never overdue (OP-09). */
@Injectable()
export class EnrichmentLooks {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(ENRICHMENT_READER) private readonly enrichments: EnrichmentReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The newest of a target; null when there is none. @throws Unavailable */
  async newest(orgId: OrgId, { personId, field }: EnrichmentTarget, context: ReadContext): Promise<Seen | null> {
    const reader = { orgId, sent: context.sent };
    const view = await this.consistency.find(reader, () => this.enrichments.newest(orgId, personId, field));
    return view === null ? null : this.enforceDeadline(view, context.correlationId);
  }

  /** As `newest`, of each target in its place. @throws Unavailable */
  async newestOfEach(
    orgId: OrgId,
    targets: readonly EnrichmentTarget[],
    { sent, correlationId }: ReadContext,
  ): Promise<readonly (Seen | null)[]> {
    const views = await this.consistency.findEach({ orgId, sent }, () => this.enrichments.newestOfEach(orgId, targets));
    // A target that was named twice is ended once.
    const distinct = [...new Map(views.filter((view) => view !== null).map((view) => [view.id, view])).values()];
    const seen = await inParallel(distinct, EXPIRIES_AT_ONCE, (view) => this.enforceDeadline(view, correlationId));
    const byId = new Map(seen.map((one) => [one.view.id, one]));
    return views.map((view) => (view === null ? null : (byId.get(view.id) ?? null)));
  }

  /** Whoever looks at an overdue one ends it. */
  private async enforceDeadline(view: EnrichmentView, correlationId: string): Promise<Seen> {
    const isOverdue = view.status === 'pending' && epochMsOf(view.deadlineAt) <= this.clock.now();
    if (!isOverdue) return { view, position: null };
    const expiry = new ExpireEnrichment({ orgId: view.orgId, enrichmentId: view.id, correlationId });
    const { result, position } = await this.commands.execute(expiry);
    return { view: result.enrichment, position };
  }
}
