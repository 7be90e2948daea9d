import { Controller, Get, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CountsAs, CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { invalidInput } from '../../commands/api-error.js';
import { RequestEnrichments } from '../../commands/request-enrichments.command.js';
import type { Clock } from '../../domain/kernel/clock.js';
import type { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { Input } from '../input/input.decorator.js';
import { CLOCK } from '../ports.js';
import { EnrichmentLooks } from './enrichment-looks.js';
import { askedBy } from './asked.js';
import { EnrichmentRequestDto, EnrichmentTargetDto } from './enrichment.dto.js';
import { answerFound, answerRequested } from './enrichment.presenter.js';
import { noEnrichment } from './no-enrichment.js';
import { Documented } from '../openapi/operation-doc.js';
import { FIND_ENRICHMENT, FIND_NOBODY, REQUEST_ENRICHMENT, REQUEST_NOBODY } from './enrichment.docs.js';

/** OP-02..OP-10: one person, one field. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(EnrichmentLooks) private readonly looks: EnrichmentLooks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post(':personId')
  @Documented(REQUEST_ENRICHMENT)
  @Scopes('enrich')
  async request(
    @Input({ orQuery: ['field'] }) { personId, ...options }: EnrichmentRequestDto,
    @CurrentPrincipal() principal: Principal,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const head = writing.head({ keyRequired: options.force === true });
    const request = { ...askedBy(principal, options), personIds: [personId], ...head };
    const executed = await this.commands.execute(new RequestEnrichments(request));
    return answerRequested(executed, this.clock.now());
  }

  @Get(':personId')
  @Documented(FIND_ENRICHMENT)
  @Scopes('read')
  @CountsAs('poll')
  async find(
    @Input('query') { personId, field }: EnrichmentTargetDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() context: ReadContext,
  ): Promise<Answer> {
    const seen = await this.looks.newest(orgId, { personId, field }, context);
    if (seen === null) throw noEnrichment();
    const { view, position } = seen;
    return answerFound(view, { nowMs: this.clock.now(), knownTags: context.knownTags, position });
  }

  /** OP-06: without a person there is nothing to do; these exist so that the answer is not "no such route". */
  @Post()
  @Documented(REQUEST_NOBODY)
  @Scopes('enrich')
  requestNobody(): never {
    throw invalidInput('personId', 'personId is required');
  }

  @Get()
  @Documented(FIND_NOBODY)
  @Scopes('read')
  findNobody(): never {
    throw invalidInput('personId', 'personId is required');
  }
}
