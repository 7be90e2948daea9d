import { Controller, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { RequestEnrichments } from '../../commands/request-enrichments.command.js';
import type { Clock } from '../../domain/kernel/clock.js';
import type { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { Input } from '../input/input.decorator.js';
import { CLOCK } from '../ports.js';
import { askedBy } from './asked.js';
import { EnrichmentBulkDto, selectionOf } from './enrichment-bulk.dto.js';
import { answerAllRequested } from './enrichment.presenter.js';
import { emptySelection, namingNobody, SelectedPersons } from './selected-persons.js';
import { naming } from './unknown-persons.js';
import { Documented } from '../openapi/operation-doc.js';
import { REQUEST_BULK } from './enrichment.docs.js';

/** OP-15..OP-19: up to 1,000 people, named or found by a filter; one decision, all of them or none. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentBulkController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(SelectedPersons) private readonly selected: SelectedPersons,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('bulk')
  @Documented(REQUEST_BULK)
  @Scopes('enrich')
  async request(
    @Input('body') given: EnrichmentBulkDto,
    @CurrentPrincipal() principal: Principal,
    @Reading() { sent }: ReadContext,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const selection = selectionOf(given);
    const head = writing.head();
    const chosen = await this.selected.of(principal.orgId, selection, sent);
    // Under a key the decider is asked even so: the first request may have met people that match no more.
    if (chosen.length === 0 && head.key === null) throw emptySelection();
    const request = { ...askedBy(principal, given), personIds: [...new Set(chosen)], ...head };
    const executed = await this.commands
      .execute(new RequestEnrichments(request))
      .catch(namingNobody)
      .catch(naming(chosen, 'selection.includedIds'));
    return answerAllRequested(executed, this.clock.now());
  }
}
