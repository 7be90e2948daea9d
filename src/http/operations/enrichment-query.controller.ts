import { Controller, Inject, Post } from '@nestjs/common';
import { CountsAs, CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import type { Clock } from '../../domain/kernel/clock.js';
import type { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { Input } from '../input/input.decorator.js';
import { CLOCK } from '../ports.js';
import { EnrichmentLooks } from './enrichment-looks.js';
import { EnrichmentQueryDto, tasksOf } from './enrichment-query.dto.js';
import { answerQueried } from './enrichment-query.presenter.js';
import { Documented } from '../openapi/operation-doc.js';
import { QUERY_ENRICHMENTS } from './enrichment.docs.js';

/** OP-20: how several enrichments stand, in one question. It is a read, whatever its method. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentQueryController {
  constructor(
    @Inject(EnrichmentLooks) private readonly looks: EnrichmentLooks,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('batch/query')
  @Documented(QUERY_ENRICHMENTS)
  @Scopes('read')
  @CountsAs('poll')
  async query(
    @Input('body') query: EnrichmentQueryDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() context: ReadContext,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const tasks = tasksOf(query);
    // a read changes nothing, so its key is checked and not kept: every look tells how things stand now.
    writing.head();
    const seen = await this.looks.newestOfEach(orgId, tasks, context);
    const standings = tasks.map((task, index) => ({ task, seen: seen[index] ?? null }));
    return answerQueried(standings, this.clock.now());
  }
}
