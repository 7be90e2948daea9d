import { Controller, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CountsAs, CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { EstimateEnrichments } from '../../commands/estimate-enrichments.command.js';
import type { PersonId } from '../../domain/kernel/ids.js';
import type { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { Input } from '../input/input.decorator.js';
import { Documented } from '../openapi/operation-doc.js';
import { askedBy } from './asked.js';
import { EnrichmentEstimateDto, targetOf, type EstimateTarget } from './enrichment-estimate.dto.js';
import { ESTIMATE_ENRICHMENTS } from './enrichment-estimate.docs.js';
import { answerEstimated } from './enrichment-estimate.presenter.js';
import { emptySelection, SelectedPersons } from './selected-persons.js';
import { naming } from './unknown-persons.js';

/** OP-23: what a request would come to. It changes nothing, so it needs no Idempotency-Key, not even with `force`. */
@Controller('api/v1/operations/enrichment')
export class EnrichmentEstimateController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(SelectedPersons) private readonly selected: SelectedPersons,
  ) {}

  @Post('estimate')
  @Documented(ESTIMATE_ENRICHMENTS)
  @Scopes('enrich')
  @CountsAs('read')
  async estimate(
    @Input('body') given: EnrichmentEstimateDto,
    @CurrentPrincipal() principal: Principal,
    @Reading() { sent }: ReadContext,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const target = targetOf(given);
    // As in batch/query: a key is checked and not kept.
    const { correlationId } = writing.head();
    const chosen = await this.personsOf(target, principal, sent);
    if (chosen.length === 0) throw emptySelection();
    const personIds = [...new Set(chosen)];
    const estimate = { ...askedBy(principal, given), personIds, correlationId };
    const asked = this.commands.execute(new EstimateEnrichments(estimate));
    return answerEstimated(await (target.kind === 'single' ? asked : asked.catch(naming(chosen, PATHS[target.kind]))));
  }

  private async personsOf(
    target: EstimateTarget,
    { orgId }: Principal,
    sent: ReadContext['sent'],
  ): Promise<readonly PersonId[]> {
    if (target.kind === 'single') return [target.personId];
    return target.kind === 'batch' ? target.personIds : this.selected.of(orgId, target.selection, sent);
  }
}

/** Where unknown ids stand in the body. */
const PATHS = { batch: 'personIds', bulk: 'selection.includedIds' } as const;
