import type { Commands, Executed } from '../../src/commands/gateway.js';
import { Refused, Unavailable } from '../../src/commands/outcomes.js';
import { RecordPerson, RecordPersonHandler, type PersonFacts } from '../../src/commands/record-person.command.js';
import type { CommandDataByType } from '../../src/domain/command.js';
import type { OrgId, PersonId } from '../../src/domain/kernel/ids.js';
import type { Instant } from '../../src/domain/kernel/instant.js';
import { VaultedIdentities } from '../../src/http/persons/vaulted-identities.js';
import { MemoryVault } from '../../src/vault/memory-vault.js';

const ORG = 'org_1' as OrgId;
const PERSON = '0190a000-0000-8000-8000-000000000001' as PersonId;
const CREATED = '2026-11-21T01:02:03.004Z' as Instant;
const LINKEDIN = 'https://www.linkedin.com/in/ada';
type Data = CommandDataByType['RecordPerson'];

/** A decider for one person, as `domain/persons` behaves; `meddle` runs before each command is decided. */
class OnePerson {
  known: Pick<Data, 'keyId' | 'sealed'> | null = null;
  readonly sent: Data[] = [];
  meddle: () => Promise<void> = () => Promise.resolve();

  async execute(_type: string, _orgId: OrgId, data: Data): Promise<Executed<'RecordPerson'>> {
    await this.meddle();
    return this.decide(data);
  }

  private decide(data: Data): Executed<'RecordPerson'> {
    this.sent.push(data);
    if (this.known !== null && data.mergedInto !== null && data.mergedInto.over !== this.known.sealed) {
      throw new Refused({ code: 'CONFLICT', reason: 'stale_person' }, null);
    }
    const existing = this.known !== null;
    if (this.known === null || data.mergedInto !== null) this.known = { keyId: data.keyId, sealed: data.sealed };
    const position = { partition: 0, offset: BigInt(this.sent.length) };
    return { result: { personId: PERSON, existing, recordedAt: CREATED, ...this.known }, replayed: false, position };
  }
}

const setUp = () => {
  const vault = new MemoryVault();
  const decider = new OnePerson();
  const handler = new RecordPersonHandler(decider as unknown as Commands, new VaultedIdentities(vault));
  const record = (facts: PersonFacts['facts']) => {
    const person = { orgId: ORG, personId: null, source: 'api', correlationId: 'r' };
    return handler.execute(new RecordPerson({ ...person, facts: { linkedinUrl: LINKEDIN, ...facts } }));
  };
  const stored = () => vault.open(ORG, decider.known!.keyId, 'identity', decider.known!.sealed);
  return { vault, decider, record, stored };
};

describe('PR-01 recording a person', () => {
  it('seals a new person under the key of its strongest identity and sends nothing in clear', async () => {
    const { vault, decider, record, stored } = setUp();
    const facts = { linkedinUrl: LINKEDIN, email: 'ada@example.com', lastName: 'Lovelace' };
    const position = { partition: 0, offset: 1n };
    const recorded = await record(facts);
    expect(recorded).toEqual({
      personId: PERSON,
      existing: false,
      merged: false,
      recordedAt: CREATED,
      facts,
      position,
      replayed: false,
    });
    const identities = [vault.identityHash('linkedin', LINKEDIN), vault.identityHash('email', 'ada@example.com')];
    expect(decider.sent).toMatchObject([{ identities, personId: null, source: 'api', mergedInto: null }]);
    expect(decider.sent[0]?.keyId).toBe((await vault.keysFor(ORG, identities)).get(identities[0]!));
    expect(JSON.stringify(decider.sent)).not.toMatch(/lovelace|ada@|example\.com/i);
    expect(await stored()).toEqual(facts);
  });

  it('leaves a known person as it is when the request says nothing new', async () => {
    const { decider, record } = setUp();
    await record({ lastName: 'Lovelace', title: 'Countess', tags: ['a'] });
    const again = await record({ lastName: 'Lovelace', tags: ['a'] });
    expect(again).toMatchObject({ existing: true, facts: { lastName: 'Lovelace', title: 'Countess', tags: ['a'] } });
    expect(decider.sent).toHaveLength(2);
  });

  it('merges what is new into a known person, under the person’s own key', async () => {
    const { vault, decider, record, stored } = setUp();
    await record({ linkedinUrl: LINKEDIN, lastName: 'Byron', title: 'Countess' });
    const firstKey = decider.known?.keyId;
    const merged = await record({ linkedinUrl: `${LINKEDIN}-2`, lastName: 'Lovelace', githubUsername: 'ada' });
    const facts = { linkedinUrl: `${LINKEDIN}-2`, lastName: 'Lovelace', title: 'Countess', githubUsername: 'ada' };
    expect(merged).toMatchObject({ existing: true, facts, position: { offset: 3n } });
    expect(await stored()).toEqual(facts);
    expect(decider.known?.keyId).toBe(firstKey);
    const hashes = [vault.identityHash('linkedin', `${LINKEDIN}-2`), vault.identityHash('github', 'ada')];
    expect(decider.sent[2]?.identities).toEqual(hashes);
  });

  it('merges anew when somebody else changed the person in between', async () => {
    const { vault, decider, record, stored } = setUp();
    await record({ lastName: 'Lovelace' });
    decider.meddle = async () => {
      if (decider.sent.length !== 2) return;
      const { keyId } = decider.known!;
      decider.known = {
        keyId,
        sealed: await vault.seal(ORG, keyId, 'identity', { linkedinUrl: LINKEDIN, title: 'Hers' }),
      };
    };
    const merged = await record({ country: 'GB' });
    expect(merged.facts).toEqual({ linkedinUrl: LINKEDIN, title: 'Hers', country: 'GB' });
    expect(await stored()).toEqual(merged.facts);
    expect(decider.sent.map(({ mergedInto }) => mergedInto !== null)).toEqual([false, false, true, false, true]);
  });

  it('gives up after three rounds', async () => {
    const { vault, decider, record } = setUp();
    await record({ lastName: 'Lovelace' });
    let n = 0;
    decider.meddle = async () => {
      const { keyId } = decider.known!;
      decider.known = { keyId, sealed: await vault.seal(ORG, keyId, 'identity', { n: n++ }) };
    };
    await expect(record({ country: 'GB' })).rejects.toEqual(new Unavailable('contended', 1));
    expect(decider.sent).toHaveLength(1 + 3 * 2);
  });

  it('passes on every other refusal', async () => {
    const { decider, record } = setUp();
    const refusal = new Refused({ code: 'GONE', reason: 'erased_person' }, null);
    decider.meddle = () => Promise.reject(refusal);
    await expect(record({ lastName: 'Lovelace' })).rejects.toBe(refusal);
  });
});
