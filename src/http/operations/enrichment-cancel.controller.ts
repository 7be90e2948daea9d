import { Controller, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { ApiError } from '../../commands/api-error.js';
import { CancelEnrichment } from '../../commands/cancel-enrichment.command.js';
import { Refused } from '../../commands/outcomes.js';
import type { EnrichmentView } from '../../domain/enrichments/enrichment-view.js';
import type { Answer } from '../answer.js';
import { errorOfRefusal } from '../errors/refusals.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { Input } from '../input/input.decorator.js';
import { EnrichmentTargetDto } from './enrichment.dto.js';
import { answerCancelled, presentEnrichment } from './enrichment.presenter.js';
import { Documented } from '../openapi/operation-doc.js';
import { CANCEL_ENRICHMENT } from './enrichment.docs.js';

/** OP-21. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentCancelController {
  constructor(@Inject(CommandBus) private readonly commands: CommandBus) {}

  @Post(':personId/cancel')
  @Documented(CANCEL_ENRICHMENT)
  @Scopes('enrich')
  async cancel(
    @Input('either') { personId, field }: EnrichmentTargetDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const cancellation = { orgId, personId, field, ...writing.head() };
    const executed = await this.commands.execute(new CancelEnrichment(cancellation)).catch(showingWhatEnded);
    return answerCancelled(executed);
  }
}

/** Of an enrichment that is not pending, the object stands in the details. */
const showingWhatEnded = (error: unknown): never => {
  if (!(error instanceof Refused) || error.refusal.reason !== 'not_pending') throw error;
  const enrichment = presentEnrichment(error.refusal.details?.['enrichment'] as EnrichmentView);
  const { code, reason, message, headers } = errorOfRefusal(error);
  throw new ApiError({ code, reason, message, headers, details: { enrichment }, cause: error });
};
