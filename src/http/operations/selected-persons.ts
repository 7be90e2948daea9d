import { Inject, Injectable } from '@nestjs/common';
import { invalidInput } from '../../commands/api-error.js';
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

  /** In order; named ones as often as they were named. @throws ApiError `empty_selection` */
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
    const ids = await this.consistency.read({ orgId, sent }, () => this.persons.select(orgId, asked));
    if (ids.length > 0) return ids;
    throw invalidInput('selection', 'selection matches no person', 'empty_selection');
  }
}
