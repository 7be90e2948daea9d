import type { PersonRecorded } from '../../events/person.events.js';
import type { OrgId } from '../kernel/ids.js';
import type { Instant } from '../kernel/instant.js';
import type { StateChanges } from '../state.js';
import { streams } from '../streams.js';
import type { Person } from './person.js';

/** The person as recorded, and the identity keys that are its own from now on. */
export const personRecorded = (
  before: Person | undefined,
  event: { readonly orgId: OrgId; readonly time: Instant; readonly data: PersonRecorded },
): StateChanges => {
  const { orgId, time, data } = event;
  const { personId, identities, keyId, keyIds, sealed } = data;
  const recordedAt = before?.recordedAt ?? time;
  const person: Person = { id: personId, orgId, identities, keyId, keyIds, sealed, erased: false, recordedAt };
  const added = identities.filter((hash) => !before?.identities.includes(hash));
  return [
    [streams.person(orgId, personId), person],
    ...added.map((hash) => [streams.identity(orgId, hash), { personId }] as const),
  ];
};
