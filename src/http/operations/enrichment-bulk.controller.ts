import { Controller, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { invalidInput } from '../../commands/api-error.js';
import { RequestEnrichments } from '../../commands/request-enrichments.command.js';
import type { Clock } from '../../domain/kernel/clock.js';
import type { OrgId, PersonId } from '../../domain/kernel/ids.js';
import type { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { Input } from '../input/input.decorator.js';
import { CLOCK, PERSON_READER, type PersonReader } from '../ports.js';
import { EnrichmentBulkDto, selectionOf, type Selection } from './enrichment-bulk.dto.js';
import { answerAllRequested } from './enrichment.presenter.js';
import { naming } from './unknown-persons.js';

/** OP-15..OP-19: up to 1,000 people, named or found by a filter; one decision, all of them or none. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentBulkController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(PERSON_READER) private readonly persons: PersonReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Post('bulk')
  @Scopes('enrich')
  async request(
    @Input('body') given: EnrichmentBulkDto,
    @CurrentPrincipal() { orgId, createdBy }: Principal,
    @Reading() { sent }: ReadContext,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const selection = selectionOf(given);
    const head = writing.head();
    const chosen = selection.mode === 'manual' ? selection.includedIds : await this.found(orgId, selection, sent);
    const asked = { orgId, personIds: [...new Set(chosen)], field: given.field, createdBy } as const;
    const request = { ...asked, dialect: 'operations', ...head } as const;
    const executed = await this.commands
      .execute(new RequestEnrichments(request))
      .catch(naming(chosen, 'selection.includedIds'));
    return answerAllRequested(executed, this.clock.now());
  }

  /** OP-17; people that this client has just recorded count. */
  private async found(
    orgId: OrgId,
    { filter, startIndex: skip, targetCount: take, excludedIds: excluded }: Extract<Selection, { mode: 'bulk' }>,
    sent: ReadContext['sent'],
  ): Promise<readonly PersonId[]> {
    const asked = { filter, skip, excluded, take };
    const ids = await this.consistency.read({ orgId, sent }, () => this.persons.select(orgId, asked));
    if (ids.length > 0) return ids;
    throw invalidInput('selection', 'selection matches no person', 'empty_selection');
  }
}
