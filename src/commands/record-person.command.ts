import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandDataByType } from '../domain/command.js';
import { invariant } from '../domain/kernel/errors.js';
import type { IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../domain/kernel/ids.js';
import type { Instant } from '../domain/kernel/instant.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';
import { addsTo, mergeFacts, type Facts } from './merge-facts.js';
import { Refused, Unavailable } from './outcomes.js';
import type { Position } from './ports.js';

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
}

export interface RecordedPerson {
  readonly personId: PersonId;
  readonly existing: boolean;
  /** All that is known now. */
  readonly facts: Facts;
  readonly recordedAt: Instant;
  readonly position: Position | null;
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
 */
@CommandHandler(RecordPerson)
export class RecordPersonHandler implements ICommandHandler<RecordPerson> {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: Commands,
    @Inject(IDENTITY_VAULT) private readonly vault: IdentityVault,
  ) {}

  async execute({ person }: RecordPerson): Promise<RecordedPerson> {
    const box = await this.newBox(person);
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const found = await this.send(person, box);
      const recorded = found.result.existing ? await this.merge(person, found) : presented(found, person.facts);
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

  private async merge(
    person: PersonFacts,
    found: Executed<'RecordPerson'>,
  ): Promise<RecordedPerson | 'changed meanwhile'> {
    const { personId, keyId, sealed: over } = found.result;
    const known = (await this.vault.open(person.orgId, keyId, 'identity', over)) as Facts;
    if (!addsTo(known, person.facts)) return presented(found, known);
    const merged = mergeFacts(known, person.facts);
    const identities = this.vault.identitiesOf(merged);
    const sealed = await this.vault.seal(person.orgId, keyId, 'identity', merged);
    try {
      const recorded = await this.send(person, { identities, keyId, sealed, mergedInto: { personId, over } });
      return presented(recorded, merged);
    } catch (error) {
      if (error instanceof Refused && error.refusal.reason === 'stale_person') return 'changed meanwhile';
      throw error;
    }
  }

  private send(person: PersonFacts, box: Box): Promise<Executed<'RecordPerson'>> {
    const { orgId, personId, source, correlationId } = person;
    return this.gateway.execute('RecordPerson', orgId, { personId, source, ...box }, { correlationId });
  }
}

const presented = ({ result, position }: Executed<'RecordPerson'>, facts: Facts): RecordedPerson => ({
  personId: result.personId,
  existing: result.existing,
  recordedAt: result.recordedAt,
  facts,
  position,
});
