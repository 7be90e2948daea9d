import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { KeyId, OrgId, PersonId, Sealed } from '../domain/kernel/ids.js';
import { COMMAND_GATEWAY, type Commands } from './gateway.js';
import { addsTo, mergeFacts, type Facts } from './merge-facts.js';
import { Refused } from './outcomes.js';
import { IDENTITY_VAULT, type IdentityVault } from './record-person.command.js';
import type { Position } from './ports.js';

export interface PersonMerge {
  readonly orgId: OrgId;
  /** As the sender has seen the person. */
  readonly person: { readonly id: PersonId; readonly keyId: KeyId; readonly sealed: Sealed };
  /** In canonical form (EN-03). */
  readonly facts: Facts;
  readonly correlationId: string;
}

export interface MergedPerson {
  /** All that is known now. */
  readonly facts: Facts;
  /** Null when there was nothing new. */
  readonly position: Position | null;
}

/** Merges facts into a person that is named by its id; null: it has changed since it was seen (PR-03). */
export class MergePerson extends Command<MergedPerson | null> {
  constructor(readonly merge: PersonMerge) {
    super();
  }
}

@CommandHandler(MergePerson)
export class MergePersonHandler implements ICommandHandler<MergePerson> {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: Commands,
    @Inject(IDENTITY_VAULT) private readonly vault: IdentityVault,
  ) {}

  async execute({ merge }: MergePerson): Promise<MergedPerson | null> {
    const { orgId, person, correlationId } = merge;
    const known = (await this.vault.open(orgId, person.keyId, 'identity', person.sealed)) as Facts;
    if (!addsTo(known, merge.facts)) return { facts: known, position: null };
    const facts = mergeFacts(known, merge.facts);
    const data = {
      personId: person.id,
      identities: this.vault.identitiesOf(facts),
      keyId: person.keyId,
      sealed: await this.vault.seal(orgId, person.keyId, 'identity', facts),
      source: 'api',
      mergedInto: { personId: person.id, over: person.sealed },
    };
    try {
      const { position } = await this.gateway.execute('RecordPerson', orgId, data, { correlationId });
      return { facts, position };
    } catch (error) {
      if (error instanceof Refused && error.refusal.reason === 'stale_person') return null;
      throw error;
    }
  }
}
