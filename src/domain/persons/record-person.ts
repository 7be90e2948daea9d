import type { Command } from '../command.js';
import { invariant } from '../kernel/errors.js';
import type { IdentityHash, PersonId } from '../kernel/ids.js';
import type { Refusal } from '../kernel/refusal.js';
import type { Proposal } from '../proposal.js';
import type { StateReader } from '../state.js';
import { streams } from '../streams.js';
import { answered, refused, type Verdict } from '../verdict.js';
import type { Person } from './person.js';

type RecordCommand = Command<'RecordPerson'>;

/** PR-01: a known identity picks the person and unowned keys attach to it; persons are never merged by themselves. */
export const recordPerson = (command: RecordCommand, proposal: Proposal): Verdict<'RecordPerson'> => {
  const { data } = command;
  if (data.identities.length === 0) return refused({ code: 'VALIDATION_ERROR', reason: 'identity_required' });
  const claims = claimsOn(command, proposal.state);
  const [person] = claims.persons;
  const refusal = claimRefusal(claims) ?? takenRefusal(command, claims) ?? staleRefusal(command, person);
  if (refusal !== null) return refused(refusal);
  const recorded = person === undefined ? create(command, proposal) : merge(command, proposal, person);
  const id = person?.id ?? newPersonId(command, proposal);
  const status = person === undefined ? 'created' : 'existing';
  return answered(personResult(proposal.state, command, { id, status }), {
    status,
    references: [id],
    inEvents: recorded,
  });
};

export const personResult = (
  state: StateReader,
  { orgId }: RecordCommand,
  { id, status }: { readonly id: PersonId; readonly status: string | null },
) => {
  const person = state.get(streams.person(orgId, id));
  invariant(person !== undefined, `person ${id} was never recorded`);
  const { keyId, sealed, recordedAt } = person;
  return { personId: id, existing: status !== 'created', keyId, sealed, recordedAt };
};

/** The persons that a command speaks of, the owner of the strongest known identity first. */
interface Claims {
  readonly persons: readonly Person[];
  /** Some of `persons` is known by an identity, or named as the one merged into. */
  readonly identified: boolean;
}

const claimsOn = ({ orgId, data }: RecordCommand, state: StateReader): Claims => {
  const owners = data.identities.map((hash) => state.get(streams.identity(orgId, hash))?.personId);
  const identified = [...owners, data.mergedInto?.personId];
  const ids = new Set([...identified, data.personId ?? undefined].filter((id) => id !== undefined));
  const persons = [...ids].map((id) => state.get(streams.person(orgId, id))).filter((person) => person !== undefined);
  return { persons, identified: persons.some((person) => identified.includes(person.id)) };
};

const claimRefusal = ({ persons }: Claims): Refusal | null => {
  if (persons.some((person) => person.erased)) return { code: 'GONE', reason: 'erased_person' };
  if (persons.length <= 1) return null;
  return { code: 'CONFLICT', reason: 'identity_conflict', details: { personIds: persons.map(({ id }) => id) } };
};

/** A given id that exists with another identity. */
const takenRefusal = ({ data }: RecordCommand, { persons, identified }: Claims): Refusal | null =>
  persons.length > 0 && !identified
    ? { code: 'CONFLICT', reason: 'person_exists', details: { personIds: [data.personId] } }
    : null;

/** Whoever merged must have merged into the person as it stands, or what another one added would be lost. */
const staleRefusal = ({ data }: RecordCommand, person: Person | undefined): Refusal | null => {
  const { mergedInto } = data;
  if (mergedInto === null || (person?.id === mergedInto.personId && person.sealed === mergedInto.over)) return null;
  return { code: 'CONFLICT', reason: 'stale_person', details: { personId: mergedInto.personId } };
};

const newPersonId = ({ data }: RecordCommand, proposal: Proposal): PersonId =>
  data.personId ?? proposal.newId<PersonId>(0);

const create = (command: RecordCommand, proposal: Proposal): boolean => {
  const { identities, keyId, sealed, source } = command.data;
  const personId = newPersonId(command, proposal);
  const data = { personId, keyId, keyIds: [keyId], identities: unique(identities), sealed, source, merged: false };
  proposal.record('PersonRecorded', `person/${personId}`, data);
  return true;
};

/** Without `mergedInto` the sender did not know what is there: its keys attach, the identity stays as it is. */
const merge = ({ data }: RecordCommand, proposal: Proposal, person: Person): boolean => {
  const merged = data.mergedInto !== null;
  // Only a sender that merged knows the order of strength over all keys.
  const identities = unique(
    merged ? [...data.identities, ...person.identities] : [...person.identities, ...data.identities],
  );
  const keyIds = unique([...person.keyIds, data.keyId]);
  const grown = identities.length > person.identities.length || keyIds.length > person.keyIds.length;
  if (!merged && !grown) return false;
  const { keyId, sealed } = merged ? data : person;
  const recorded = { personId: person.id, keyId, keyIds, identities, sealed, source: data.source, merged: true };
  proposal.record('PersonRecorded', `person/${person.id}`, recorded);
  return true;
};

const unique = <T extends IdentityHash | string>(values: readonly T[]): readonly T[] => [...new Set(values)];
