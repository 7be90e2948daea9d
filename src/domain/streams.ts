/**
 * State is split by stream (DESIGN §3). A stream key starts with its kind; all streams of an org live in the
 * org's partition. `request/` remembers keyed commands (24 h), `recent/` the others until they expire.
 */
import type { CommandId, EnrichmentId, IdentityHash, OrgId, PersonId } from './kernel/ids.js';
import type { Field } from './waterfall/plan.js';

export type StreamKind =
  | 'account'
  | 'spending'
  | 'settings'
  | 'person'
  | 'identity'
  | 'enrichment'
  | 'current'
  | 'refund'
  | 'request'
  | 'recent'
  | 'checkpoint';
export type StreamKey<K extends StreamKind = StreamKind> = `${K}/${string}`;

export const streams = {
  account: (org: OrgId): StreamKey<'account'> => `account/${org}`,
  /** Of the whole org, or of one of its keys. */
  spending: (org: OrgId, keyRef?: string): StreamKey<'spending'> =>
    keyRef === undefined ? `spending/${org}` : `spending/${org}/${keyRef}`,
  settings: (org: OrgId): StreamKey<'settings'> => `settings/${org}`,
  person: (org: OrgId, id: PersonId): StreamKey<'person'> => `person/${org}/${id}`,
  identity: (org: OrgId, hash: IdentityHash): StreamKey<'identity'> => `identity/${org}/${hash}`,
  enrichment: (id: EnrichmentId): StreamKey<'enrichment'> => `enrichment/${id}`,
  current: (org: OrgId, person: PersonId, field: Field, optionsHash: string): StreamKey<'current'> =>
    `current/${org}/${person}/${field}/${optionsHash}`,
  refund: (org: OrgId, id: EnrichmentId): StreamKey<'refund'> => `refund/${org}/${id}`,
  request: (org: OrgId, id: CommandId): StreamKey<'request'> => `request/${org}/${id}`,
  recent: (org: OrgId, id: CommandId): StreamKey<'recent'> => `recent/${org}/${id}`,
  /** The one kind that is of a partition and of no org. */
  checkpoint: (partition: number): StreamKey<'checkpoint'> => `checkpoint/${partition}`,
};

/** The stream that has to begin before `key` can: nobody is enriched who was not recorded. null: there is none. */
export const parentOf = (key: StreamKey): StreamKey | null => {
  if (!key.startsWith('current/')) return null;
  const [, org, person] = key.split('/', 3);
  return streams.person(org as OrgId, person as PersonId);
};

export const kindOf = (key: StreamKey): StreamKind => key.slice(0, key.indexOf('/')) as StreamKind;
