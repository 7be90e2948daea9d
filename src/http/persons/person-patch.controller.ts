import { Controller, Inject, Patch } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { MergePerson } from '../../commands/merge-person.command.js';
import { Unavailable } from '../../commands/outcomes.js';
import { canonicalIdentity } from '../../vault/identity.js';
import type { SealedIdentity } from '../../vault/vault.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Input } from '../input/input.decorator.js';
import { PERSON_READER, type PersonReader } from '../ports.js';
import { noPerson } from './no-person.js';
import { OpenPersons } from './open-persons.js';
import { PersonDto } from './person.dto.js';
import { presentIdentity } from './person.presenter.js';
import { Documented } from '../openapi/operation-doc.js';
import { MERGE_PERSON } from './person.docs.js';

/** Each round reads the person anew; more writers at once than this are not ordinary use. */
const ROUNDS_MAX = 3;
const CONTENDED_RETRY_AFTER_S = 1;

/** PR-03: what is given is merged, what is not mentioned stays. */
@Controller('api/v1/persons')
export class PersonPatchController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(PERSON_READER) private readonly reader: PersonReader,
    @Inject(OpenPersons) private readonly persons: OpenPersons,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
  ) {}

  @Patch(':id')
  @Documented(MERGE_PERSON)
  @Scopes('persons')
  async merge(
    @Input('body') { id, ...given }: PersonDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent, correlationId }: ReadContext,
  ): Promise<Answer> {
    if (id === undefined) throw noPerson();
    const facts = { ...canonicalIdentity(given).identity };
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const person = await this.consistency.find({ orgId, sent }, () => this.reader.byId(orgId, id));
      if (person === null) throw noPerson();
      const merged = await this.commands.execute(new MergePerson({ orgId, person, facts, correlationId }));
      if (merged === null) continue;
      const identity = merged.facts as SealedIdentity;
      const shown = presentIdentity({ id, createdAt: person.createdAt, identity });
      return new Answer({ ...shown, ...(await this.persons.contacts(orgId, id)) }, { position: merged.position });
    }
    throw new Unavailable('contended', CONTENDED_RETRY_AFTER_S);
  }
}
