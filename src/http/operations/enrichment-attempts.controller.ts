import { Controller, Get, Inject } from '@nestjs/common';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { Input } from '../input/input.decorator.js';
import { ATTEMPT_READER, type AttemptReader } from '../ports.js';
import { EnrichmentLooks } from './enrichment-looks.js';
import { EnrichmentTargetDto } from './enrichment.dto.js';
import { noEnrichment } from './no-enrichment.js';

/** OP-22: whom the newest enrichment of a person and field has asked, and what came of it. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentAttemptsController {
  constructor(
    @Inject(EnrichmentLooks) private readonly looks: EnrichmentLooks,
    @Inject(ATTEMPT_READER) private readonly attempts: AttemptReader,
  ) {}

  @Get(':personId/attempts')
  @Scopes('read')
  async list(
    @Input('query') { personId, field }: EnrichmentTargetDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() context: ReadContext,
  ): Promise<Answer> {
    const seen = await this.looks.newest(orgId, { personId, field }, context);
    if (seen === null) throw noEnrichment();
    const attempts = await this.attempts.ofEnrichment(orgId, seen.view.id);
    return new Answer(attempts.map(presentAttempt), { position: seen.position });
  }
}

type AttemptView = Awaited<ReturnType<AttemptReader['ofEnrichment']>>[number];

/** WF-08, no values; `late` is additive: the answer was not awaited any more and changed nothing. */
const presentAttempt = (attempt: AttemptView) => ({
  step: attempt.step,
  provider: attempt.provider,
  waterfallVersion: attempt.waterfallVersion,
  startedAt: attempt.startedAt,
  latencyMs: attempt.latencyMs,
  outcome: attempt.outcome,
  reason: attempt.reason,
  price: attempt.price,
  verification: attempt.verification,
  valuesFound: attempt.valuesFound,
  late: attempt.late,
});
