import { Controller, Get, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { RecordPerson } from '../../commands/record-person.command.js';
import type { SealedIdentity } from '../../vault/vault.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { Input } from '../input/input.decorator.js';
import { filterOfQuery } from './filters.js';
import { identityOf } from './identity-of.js';
import { noPerson } from './no-person.js';
import { cursorOf, pageEndOf, PersonsPageDto } from './page.js';
import { PersonDto, PersonIdDto } from './person.dto.js';
import { presentIdentity } from './person.presenter.js';
import { OpenPersons } from './open-persons.js';
import { Documented } from '../openapi/operation-doc.js';
import { FIND_PERSON, LIST_PERSONS, RECORD_PERSON } from './person.docs.js';

/** PR-01..PR-03. */
@Controller('api/v1/persons')
export class PersonsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(OpenPersons) private readonly persons: OpenPersons,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
  ) {}

  @Post()
  @Documented(RECORD_PERSON)
  @Scopes('persons')
  async record(
    @Input('body') { id, ...given }: PersonDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const facts = { ...identityOf(given) };
    const person = { orgId, personId: id ?? null, facts, source: 'api', ...writing.head() };
    const recorded = await this.commands.execute(new RecordPerson(person));
    const { personId, existing, recordedAt, position, replayed } = recorded;
    const contacts = await this.persons.contacts(orgId, existing ? personId : null);
    const identity = recorded.facts as SealedIdentity;
    const body = { ...presentIdentity({ id: personId, createdAt: recordedAt, identity }), ...contacts };
    const headers = { location: `/api/v1/persons/${personId}`, ...(existing && { 'x-person-existing': 'true' }) };
    return new Answer(body, { status: existing ? 200 : 201, position, replayed, headers });
  }

  @Get(':id')
  @Documented(FIND_PERSON)
  @Scopes('read')
  async find(
    @Input('query') { id }: PersonIdDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<Answer> {
    const person = await this.consistency.find({ orgId, sent }, () => this.persons.byId(orgId, id));
    if (person === null) throw noPerson();
    return new Answer({ ...presentIdentity(person), ...(await this.persons.contacts(orgId, id)) });
  }

  @Get()
  @Documented(LIST_PERSONS)
  @Scopes('read')
  async list(
    @Input('query') { limit, cursor, order, ...searched }: PersonsPageDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<Answer> {
    const after = cursor === undefined ? null : pageEndOf(cursor, order);
    const page = { limit, order, after, filter: filterOfQuery(searched) };
    const { persons, end } = await this.consistency.read({ orgId, sent }, () => this.persons.page(orgId, page));
    return new Answer({ persons: persons.map(presentIdentity), nextCursor: end && cursorOf(end, order) });
  }
}
