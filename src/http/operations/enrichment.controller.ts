import { Controller, Get, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { ApiError, invalidInput } from '../../commands/api-error.js';
import { ExpireEnrichment } from '../../commands/expire-enrichment.command.js';
import { RequestEnrichments } from '../../commands/request-enrichments.command.js';
import type { EnrichmentView } from '../../domain/enrichments/enrichment-view.js';
import type { Clock } from '../../domain/kernel/clock.js';
import { epochMsOf } from '../../domain/kernel/instant.js';
import type { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Input } from '../input/input.decorator.js';
import { CLOCK, ENRICHMENT_READER, type EnrichmentReader } from '../ports.js';
import { RequestId } from '../request-id/request-id.decorator.js';
import { EnrichmentTargetDto } from './enrichment.dto.js';
import { answerFound, answerRequested } from './enrichment.presenter.js';

/** OP-02..OP-10: one person, one field. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(ENRICHMENT_READER) private readonly enrichments: EnrichmentReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post(':personId')
  @Scopes('enrich')
  async request(
    @Input('either') { personId, field }: EnrichmentTargetDto,
    @CurrentPrincipal() { orgId, createdBy }: Principal,
    @RequestId() correlationId: string,
  ): Promise<Answer> {
    const request = { orgId, personIds: [personId], field, createdBy, dialect: 'operations', correlationId } as const;
    const executed = await this.commands.execute(new RequestEnrichments(request));
    return answerRequested(executed, this.clock.now());
  }

  @Get(':personId')
  @Scopes('read')
  async find(
    @Input('query') { personId, field }: EnrichmentTargetDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() context: ReadContext,
  ): Promise<Answer> {
    const reader = { orgId, sent: context.sent };
    const view = await this.consistency.find(reader, () => this.enrichments.newest(orgId, personId, field));
    if (view === null) throw noEnrichment();
    const nowMs = this.clock.now();
    const isOverdue = view.status === 'pending' && epochMsOf(view.deadlineAt) <= nowMs;
    if (isOverdue) return this.expire(view, context);
    return answerFound(view, { nowMs, knownTags: context.knownTags, position: null });
  }

  /** OP-06: without a person there is nothing to do; these exist so that the answer is not "no such route". */
  @Post()
  @Scopes('enrich')
  requestNobody(): never {
    throw invalidInput('personId', 'personId is required');
  }

  @Get()
  @Scopes('read')
  findNobody(): never {
    throw invalidInput('personId', 'personId is required');
  }

  /** OP-09: whoever looks at an overdue one ends it. */
  private async expire({ orgId, id }: EnrichmentView, { correlationId, knownTags }: ReadContext): Promise<Answer> {
    const expiry = new ExpireEnrichment({ orgId, enrichmentId: id, correlationId });
    const { result, position } = await this.commands.execute(expiry);
    return answerFound(result.enrichment, { nowMs: this.clock.now(), knownTags, position });
  }
}

const noEnrichment = (): ApiError =>
  new ApiError({ code: 'NOT_FOUND', reason: 'unknown_enrichment', message: 'Enrichment not found' });
