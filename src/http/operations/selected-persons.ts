import { Inject, Injectable } from '@nestjs/common';
import { invalidInput, type ApiError } from '../../commands/api-error.js';
import { Refused } from '../../commands/outcomes.js';
import type { OrgId, PersonId } from '../../domain/kernel/ids.js';
import type { ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { PERSON_READER, type PersonReader } from '../ports.js';
import type { Selection } from './enrichment-bulk.dto.js';

/** Whom a bulk selection means (OP-15..OP-17). */
@Injectable()
export class SelectedPersons {
  constructor(
    @Inject(PERSON_READER) private readonly persons: PersonReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
  ) {}

  /** In order; named ones as often as they were named. Empty when nobody matches. */
  async of(orgId: OrgId, selection: Selection, sent: ReadContext['sent']): Promise<readonly PersonId[]> {
    return selection.mode === 'manual' ? selection.includedIds : this.found(orgId, selection, sent);
  }

  /** OP-17; people that this client has just recorded count. */
  private async found(
    orgId: OrgId,
    { filter, startIndex: skip, targetCount: take, excludedIds: excluded }: Extract<Selection, { mode: 'bulk' }>,
    sent: ReadContext['sent'],
  ): Promise<readonly PersonId[]> {
    const asked = { filter, skip, excluded, take };
    return this.consistency.read({ orgId, sent }, () => this.persons.select(orgId, asked));
  }
}

export const emptySelection = (): ApiError =>
  invalidInput('selection', 'selection matches no person', 'empty_selection');

/** An error handler: the same answer when it is the decider that was given nobody. */
export const namingNobody = (error: unknown): never => {
  throw error instanceof Refused && error.refusal.reason === 'empty_selection' ? emptySelection() : error;
};
