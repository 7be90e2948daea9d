import type { Command } from '../../../src/domain/command.js';
import type { Fact } from './events-reader.js';
import { demand } from './violation.js';

interface PersonPage {
  readonly id: string;
  readonly identities: readonly string[];
  readonly keyIds: readonly string[];
  readonly keyId: string;
  readonly sealed: string;
  readonly recordedAt: string;
  /** Command offset from which on this holds. */
  readonly since: number;
}
type Record = Command<'RecordPerson'>;

/** The persons of one org: an identity belongs to one of them, for good. */
export class PersonBook {
  private readonly versions = new Map<string, PersonPage[]>();
  private readonly owners = new Map<string, string>();

  has(personId: string): boolean {
    return this.versions.has(personId);
  }

  now(personId: string): PersonPage | undefined {
    return this.versions.get(personId)?.at(-1);
  }

  /** The command offset that brought the person into being. */
  createdBy(personId: string): number | undefined {
    return this.versions.get(personId)?.[0]?.since;
  }

  /** As the command at `offset` left the person. */
  after(personId: string, offset: number): PersonPage | undefined {
    return this.versions.get(personId)?.findLast(({ since }) => since <= offset);
  }

  /** Why the command has to be refused; null when not. */
  refusalOf({ data }: Record): string | null {
    if (data.identities.length === 0) return 'VALIDATION_ERROR identity_required';
    const identified = this.identified(data);
    const named = data.personId !== null && this.has(data.personId) ? [data.personId] : [];
    const persons = new Set([...identified, ...named]);
    if (persons.size > 1) return 'CONFLICT identity_conflict';
    if (persons.size === 1 && identified.size === 0) return 'CONFLICT person_exists';
    return this.isStale(data, [...persons][0]) ? 'CONFLICT stale_person' : null;
  }

  /** Owners of the command's identities, and the one it merged into. */
  private identified(data: Record['data']): Set<string> {
    const owners = data.identities.map((hash) => this.owners.get(hash));
    const into = data.mergedInto?.personId;
    return new Set(
      [...owners, into !== undefined && this.has(into) ? into : undefined].filter((id) => id !== undefined),
    );
  }

  private isStale({ mergedInto }: Record['data'], personId: string | undefined): boolean {
    if (mergedInto === null) return false;
    return personId !== mergedInto.personId || this.now(mergedInto.personId)?.sealed !== mergedInto.over;
  }

  /** Whom an accepted command is about; null: somebody new. */
  subjectOf({ data }: Record): string | null {
    return [...this.identified(data)][0] ?? null;
  }

  /** True when an accepted command tells nothing new. */
  isKnown({ data }: Record): boolean {
    const page = this.now([...this.identified(data)][0] ?? '');
    if (page === undefined || data.mergedInto !== null) return false;
    return data.identities.every((hash) => page.identities.includes(hash)) && page.keyIds.includes(data.keyId);
  }

  recorded(fact: Fact<'PersonRecorded'>, command: Record): void {
    const { personId, identities, keyId, keyIds, sealed, merged } = fact.data;
    const before = this.now(personId);
    const holds = (condition: boolean, rule: string): void =>
      demand(condition, rule, () => `${personId} at ${fact.time}, ${JSON.stringify(fact.data)}`);
    holds(merged === (before !== undefined), 'a person is created once, then merged');
    holds(
      before !== undefined || command.data.personId === null || command.data.personId === personId,
      'a chosen id is kept',
    );
    const expected = new Set([...(before?.identities ?? []), ...command.data.identities]);
    holds(sameMembers(identities, expected), 'a person has all identities that were told');
    holds(sameMembers(keyIds, new Set([...(before?.keyIds ?? []), command.data.keyId])), 'a person keeps all keys');
    const told = before === undefined || command.data.mergedInto !== null ? command.data : before;
    holds(sealed === told.sealed && keyId === told.keyId, 'the identity is the merged one, or stays');
    for (const hash of identities) {
      holds((this.owners.get(hash) ?? personId) === personId, 'an identity has one owner');
      this.owners.set(hash, personId);
    }
    const page = { id: personId, identities, keyIds, keyId, sealed, recordedAt: before?.recordedAt ?? fact.time };
    this.versions.set(personId, [...(this.versions.get(personId) ?? []), { ...page, since: fact.commandOffset }]);
  }
}

const sameMembers = (list: readonly string[], members: ReadonlySet<string>): boolean =>
  list.length === members.size && list.every((member) => members.has(member));
