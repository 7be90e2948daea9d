import { Controller, Get, Inject } from '@nestjs/common';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { Input } from '../input/input.decorator.js';
import { ATTEMPT_READER, type AttemptReader } from '../ports.js';
import { presentAttempt } from './enrichment-attempts.presenter.js';
import { EnrichmentLooks } from './enrichment-looks.js';
import { EnrichmentTargetDto } from './enrichment.dto.js';
import { noEnrichment } from './no-enrichment.js';
import { Documented } from '../openapi/operation-doc.js';
import { LIST_ATTEMPTS } from './enrichment.docs.js';

/** OP-22: whom the newest enrichment of a person and field has asked, and what came of it. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentAttemptsController {
  constructor(
    @Inject(EnrichmentLooks) private readonly looks: EnrichmentLooks,
    @Inject(ATTEMPT_READER) private readonly attempts: AttemptReader,
  ) {}

  @Get(':personId/attempts')
  @Documented(LIST_ATTEMPTS)
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
