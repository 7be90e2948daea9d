import { Controller, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { RequestEnrichments } from '../../commands/request-enrichments.command.js';
import type { Clock } from '../../domain/kernel/clock.js';
import type { Answer } from '../answer.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { Input } from '../input/input.decorator.js';
import { CLOCK } from '../ports.js';
import { askedBy } from './asked.js';
import { EnrichmentBatchDto } from './enrichment-batch.dto.js';
import { answerAllRequested } from './enrichment.presenter.js';
import { naming } from './unknown-persons.js';
import { Documented } from '../openapi/operation-doc.js';
import { REQUEST_BATCH } from './enrichment.docs.js';

/** OP-11..OP-14: several people, one field, one decision. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentBatchController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('batch')
  @Documented(REQUEST_BATCH)
  @Scopes('enrich')
  async request(
    @Input('body') { personIds: given, ...options }: EnrichmentBatchDto,
    @CurrentPrincipal() principal: Principal,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const personIds = [...new Set(given)];
    const request = { ...askedBy(principal, options), personIds, ...writing.head() };
    const executed = await this.commands.execute(new RequestEnrichments(request)).catch(naming(given));
    return answerAllRequested(executed, this.clock.now());
  }
}
