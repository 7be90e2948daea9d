import { Inject, Injectable } from '@nestjs/common';
import type { OrgId, PersonId } from '../../domain/kernel/ids.js';
import type { PersonsPage, PersonView } from '../../projections/persons/persons.query.js';
import { KeyDestroyed, type SealedIdentity, type Vault } from '../../vault/vault.js';
import { PERSON_READER, VALUE_READER, VAULT, type PersonReader, type ValueReader } from '../ports.js';
import { NO_CONTACTS, openContacts, type ContactDetails } from './contact-details.js';
import type { Order, PageEnd } from './page.js';
import type { PersonFacts } from './person.presenter.js';

/** Signals come with the enrichments dialect; until then nobody has any. */
type Contacts = ContactDetails & { readonly signals: null };

export interface PageOfPersons {
  readonly persons: readonly PersonFacts[];
  /** Where the next page goes on; null on the last one. */
  readonly end: PageEnd | null;
}

/** Persons and what was found for them, with their seals opened (DESIGN §6). */
@Injectable()
export class OpenPersons {
  constructor(
    @Inject(PERSON_READER) private readonly persons: PersonReader,
    @Inject(VALUE_READER) private readonly values: ValueReader,
    @Inject(VAULT) private readonly vault: Vault,
  ) {}

  /** @throws KeyDestroyed when the person was erased */
  async byId(orgId: OrgId, id: PersonId): Promise<PersonFacts | null> {
    const person = await this.persons.byId(orgId, id);
    return person === null ? null : this.opened(person);
  }

  /** Of a known person; null for one that is new. */
  async contacts(orgId: OrgId, known: PersonId | null): Promise<Contacts> {
    if (known === null) return { ...NO_CONTACTS, signals: null };
    const rows = await this.values.ofPerson(orgId, known);
    return { ...(await openContacts(this.vault, orgId, rows)), signals: null };
  }

  /** Erased persons are left out, so that a page may be shorter than its limit. */
  async page(
    orgId: OrgId,
    { order, limit, ...page }: { readonly order: Order } & Omit<PersonsPage, 'newestFirst'>,
  ): Promise<PageOfPersons> {
    // One more than asked for tells whether there is a next page.
    const asked = { ...page, limit: limit + 1, newestFirst: order === '-createdAt' };
    const rows = await this.persons.list(orgId, asked);
    const shown = rows.slice(0, limit);
    await this.vault.warm(orgId, [...new Set(shown.map(({ keyId }) => keyId))]);
    const opened = await Promise.all(shown.map((person) => this.openedUnlessErased(person)));
    return {
      persons: opened.filter((person) => person !== null),
      end: rows.length > limit ? (shown.at(-1) ?? null) : null,
    };
  }

  private async openedUnlessErased(person: PersonView): Promise<PersonFacts | null> {
    try {
      return await this.opened(person);
    } catch (error) {
      if (error instanceof KeyDestroyed) return null;
      throw error;
    }
  }

  private async opened({ id, orgId, keyId, sealed, createdAt }: PersonView): Promise<PersonFacts> {
    const identity = (await this.vault.open(orgId, keyId, 'identity', sealed)) as SealedIdentity;
    return { id, createdAt, identity };
  }
}
