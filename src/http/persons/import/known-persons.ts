import { Inject, Injectable } from '@nestjs/common';
import { addsTo, type Facts } from '../../../commands/merge-facts.js';
import type { KeyId, OrgId } from '../../../domain/kernel/ids.js';
import { mapInSlices, type Slices } from '../../../observability/event-loop-slices.js';
import type { PersonView } from '../../../projections/persons/persons.query.js';
import { KeyDestroyed, type Vault } from '../../../vault/vault.js';
import { ReadYourWrites } from '../../consistency/read-your-writes.js';
import { PERSON_READER, SLICES, VAULT, type PersonReader } from '../../ports.js';
import type { Candidate } from './candidate.js';
import { piecesOf } from './pieces.js';

/** Keys that are made at once: each costs a seal. */
const KEYS_AT_ONCE = 250;

/** A person that the read model shows for a candidate. */
export interface KnownPerson {
  readonly view: PersonView;
  readonly facts: Facts;
}

/** Recording the candidate would change nothing. */
export const knowsAll = ({ view, facts }: KnownPerson, candidate: Candidate): boolean =>
  (candidate.personId === null || candidate.personId === view.id) &&
  candidate.identities.every((identity) => view.identities.includes(identity)) &&
  !addsTo(facts, candidate.facts);

/**
 * Who is known already, for a window of candidates at once: a file that is sent again is mostly looked at. Only a
 * shortcut: whoever is not found here is asked of the decider, which knows.
 */
@Injectable()
export class KnownPersons {
  constructor(
    @Inject(VAULT) private readonly vault: Vault,
    @Inject(PERSON_READER) private readonly persons: PersonReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
    @Inject(SLICES) private readonly slices: Slices,
  ) {}

  /** Nobody while the read model is behind. The candidates' keys are in the vault, and at hand, afterwards. */
  async among(orgId: OrgId, candidates: readonly Candidate[]): Promise<ReadonlyMap<Candidate, KnownPerson>> {
    const keys = await this.keysOf(orgId, candidates);
    if (!(await this.consistency.isCurrent(orgId))) return new Map();
    const views = await this.persons.byKeys(orgId, [...new Set(keys.values())]);
    await this.vault.warm(
      orgId,
      views.map(({ keyId }) => keyId),
    );
    const opened = await mapInSlices(this.slices, views, (view) => this.opened(orgId, view));
    const byKey = new Map(opened.filter((known) => known !== null).map((known) => [known.view.keyId, known]));
    const found = candidates.map((candidate) => [candidate, byKey.get(keys.get(candidate) as KeyId)] as const);
    return new Map(found.filter((pair): pair is readonly [Candidate, KnownPerson] => pair[1] !== undefined));
  }

  private async keysOf(orgId: OrgId, candidates: readonly Candidate[]): Promise<ReadonlyMap<Candidate, KeyId>> {
    const keys = new Map<Candidate, KeyId>();
    for (const piece of piecesOf(candidates, KEYS_AT_ONCE)) {
      try {
        const found = await this.vault.keysFor(
          orgId,
          piece.map(({ identities: [strongest] }) => strongest),
        );
        for (const candidate of piece) keys.set(candidate, found.get(candidate.identities[0]) as KeyId);
      } catch (error) {
        // Somebody among them was erased; each of the piece is asked for by itself when it is recorded.
        if (!(error instanceof KeyDestroyed)) throw error;
      }
    }
    return keys;
  }

  private async opened(orgId: OrgId, view: PersonView): Promise<KnownPerson | null> {
    try {
      return { view, facts: (await this.vault.open(orgId, view.keyId, 'identity', view.sealed)) as Facts };
    } catch (error) {
      if (error instanceof KeyDestroyed) return null;
      throw error;
    }
  }
}
