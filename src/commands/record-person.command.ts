import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandDataByType } from '../domain/command.js';
import { invariant } from '../domain/kernel/errors.js';
import type { CommandId, IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../domain/kernel/ids.js';
import type { Instant } from '../domain/kernel/instant.js';
import { COMMAND_GATEWAY, type Commands, type ExecuteOptions, type Executed } from './gateway.js';
import { addsTo, mergeFacts, type Facts } from './merge-facts.js';
import { Refused, Unavailable } from './outcomes.js';
import type { Position } from './ports.js';
import { keyedBy, keyOfStep, type RequestKey } from './request-key.js';

/** The part of the vault that recording a person needs (`src/vault`). */
export interface IdentityVault {
  /** Hashes of the identity keys that the facts hold, strongest first (EN-17). */
  identitiesOf(facts: Facts): readonly IdentityHash[];
  keysFor(orgId: OrgId, identities: readonly IdentityHash[]): Promise<ReadonlyMap<IdentityHash, KeyId>>;
  seal(orgId: OrgId, keyId: KeyId, kind: 'identity', value: unknown): Promise<Sealed>;
  open(orgId: OrgId, keyId: KeyId, kind: 'identity', sealed: Sealed): Promise<unknown>;
}
export const IDENTITY_VAULT = Symbol('IDENTITY_VAULT');

export interface PersonFacts {
  readonly orgId: OrgId;
  /** Chosen by the client, else derived from the command. */
  readonly personId: PersonId | null;
  /** In canonical form (EN-03), with at least one identity key. */
  readonly facts: Facts;
  readonly source: string;
  readonly correlationId: string;
  readonly key?: RequestKey | null;
  /** Without a key: sent again under the same id within a minute, a person that the first one made is still new. */
  readonly id?: CommandId;
}

export interface RecordedPerson {
  readonly personId: PersonId;
  readonly existing: boolean;
  /** It was known, and these facts were new; a replay merges nothing. */
  readonly merged: boolean;
  /** All that is known now. */
  readonly facts: Facts;
  readonly recordedAt: Instant;
  readonly position: Position | null;
  /** As in `Executed`: of the whole request. */
  readonly replayed: boolean;
}

/** Finds or creates the person of an identity and merges what is new (PR-01). */
export class RecordPerson extends Command<RecordedPerson> {
  constructor(readonly person: PersonFacts) {
    super();
  }
}

/** Two requests for one person merge one after the other; more than this many at once is not ordinary use. */
const ROUNDS_MAX = 3;
const CONTENDED_RETRY_AFTER_S = 1;
type Box = Pick<CommandDataByType['RecordPerson'], 'identities' | 'keyId' | 'sealed' | 'mergedInto'>;

/**
 * The decider cannot look into a sealed identity, so merging is done here: it tells how the person stands, we open,
 * merge and seal anew, and it takes that only if the person has not changed meanwhile.
 *
 * Under a key both commands are keyed: the first remembers whether the person was new, the second that the
 * facts are in. So a repeat finishes what a crash cut short, and never merges a second time over what others have
 * written since. A new person is shown again as it was recorded, a known one as it is now.
 */
@CommandHandler(RecordPerson)
export class RecordPersonHandler implements ICommandHandler<RecordPerson> {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: Commands,
    @Inject(IDENTITY_VAULT) private readonly vault: IdentityVault,
  ) {}

  async execute({ person }: RecordPerson): Promise<RecordedPerson> {
    const { key = null, id } = person;
    const box = await this.newBox(person);
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const found = await this.send(person, box, { ...(id && { id }), ...keyedBy(key) });
      if (!found.result.existing) return presented(found, { facts: person.facts, merged: false });
      const recorded = await this.merge(person, found, box);
      if (recorded !== 'changed meanwhile') return recorded;
    }
    throw new Unavailable('contended', CONTENDED_RETRY_AFTER_S);
  }

  private async newBox(person: PersonFacts): Promise<Box> {
    const identities = this.vault.identitiesOf(person.facts);
    const [strongest] = identities;
    invariant(strongest !== undefined, 'a person without an identity key was let through');
    const keyId = (await this.vault.keysFor(person.orgId, [strongest])).get(strongest);
    invariant(keyId !== undefined, 'the vault gave no key');
    const sealed = await this.vault.seal(person.orgId, keyId, 'identity', person.facts);
    return { identities, keyId, sealed, mergedInto: null };
  }

  /** `box`: what the first command brought; it is sent again under a key when there is nothing to merge. */
  private async merge(
    person: PersonFacts,
    found: Executed<'RecordPerson'>,
    box: Box,
  ): Promise<RecordedPerson | 'changed meanwhile'> {
    const { key = null, orgId } = person;
    const known = await this.opened(orgId, found);
    const isNews = addsTo(known, person.facts);
    if (!isNews && key === null) return presented(found, { facts: known, merged: false });
    const merged = isNews ? mergeFacts(known, person.facts) : known;
    try {
      const mergedBox = isNews ? await this.mergedBox(orgId, found, merged) : box;
      const recorded = await this.send(person, mergedBox, keyedBy(key && keyOfStep(key, MERGE_STEP)));
      const facts = recorded.replayed ? await this.opened(orgId, recorded) : merged;
      return presented(recorded, { facts, merged: isNews });
    } catch (error) {
      if (error instanceof Refused && error.refusal.reason === 'stale_person') return 'changed meanwhile';
      throw error;
    }
  }

  private async mergedBox(orgId: OrgId, { result }: Executed<'RecordPerson'>, merged: Facts): Promise<Box> {
    const { personId, keyId, sealed: over } = result;
    const sealed = await this.vault.seal(orgId, keyId, 'identity', merged);
    return { identities: this.vault.identitiesOf(merged), keyId, sealed, mergedInto: { personId, over } };
  }

  private async opened(orgId: OrgId, { result: { keyId, sealed } }: Executed<'RecordPerson'>): Promise<Facts> {
    return (await this.vault.open(orgId, keyId, 'identity', sealed)) as Facts;
  }

  private send(
    person: PersonFacts,
    box: Box,
    named: Pick<ExecuteOptions, 'id' | 'keyed' | 'fingerprint'>,
  ): Promise<Executed<'RecordPerson'>> {
    const { orgId, personId, source, correlationId } = person;
    const data = { personId, source, ...box };
    return this.gateway.execute('RecordPerson', orgId, data, { correlationId, ...named });
  }
}

/** Names the second command of a request under its key. */
const MERGE_STEP = 'merge';

const presented = (
  { result, position, replayed }: Executed<'RecordPerson'>,
  shown: Pick<RecordedPerson, 'facts' | 'merged'>,
): RecordedPerson => ({
  personId: result.personId,
  existing: result.existing,
  recordedAt: result.recordedAt,
  position,
  replayed,
  ...shown,
});
