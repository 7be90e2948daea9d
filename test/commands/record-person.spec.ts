import type { Commands, Executed } from '../../src/commands/gateway.js';
import { Refused, Unavailable } from '../../src/commands/outcomes.js';
import { RecordPerson, RecordPersonHandler, type PersonFacts } from '../../src/commands/record-person.command.js';
import type { CommandDataByType } from '../../src/domain/command.js';
import type { IdentityHash, OrgId, PersonId } from '../../src/domain/kernel/ids.js';
import { MemoryVault } from '../../src/vault/memory-vault.js';

const ORG = 'org_1' as OrgId;
const PERSON = '0190a000-0000-8000-8000-000000000001' as PersonId;
type Data = CommandDataByType['RecordPerson'];

/** A decider for one person, as `domain/persons` behaves; `meddle` runs before each command is decided. */
class OnePerson implements Commands {
  known: Pick<Data, 'keyId' | 'sealed'> | null = null;
  readonly sent: Data[] = [];
  meddle: () => Promise<void> = () => Promise.resolve();

  async execute<T>(_type: string, _orgId: OrgId, data: unknown): Promise<never & T> {
    await this.meddle();
    return this.decide(data as Data) as never;
  }

  private decide(data: Data): Executed<'RecordPerson'> {
    this.sent.push(data);
    if (this.known !== null && data.mergedInto !== null && data.mergedInto.over !== this.known.sealed) {
      throw new Refused({ code: 'CONFLICT', reason: 'stale_person' }, null);
    }
    const existing = this.known !== null;
    if (this.known === null || data.mergedInto !== null) this.known = { keyId: data.keyId, sealed: data.sealed };
    const position = { partition: 0, offset: BigInt(this.sent.length) };
    return { result: { personId: PERSON, existing, ...this.known }, replayed: false, position };
  }
}

const setUp = () => {
  const vault = new MemoryVault();
  const decider = new OnePerson();
  const handler = new RecordPersonHandler(decider as unknown as Commands, vault);
  const hash = (slug: string) => vault.identityHash('linkedin', `https://www.linkedin.com/in/${slug}`);
  const record = (
    facts: PersonFacts['facts'],
    identities: readonly [IdentityHash, ...IdentityHash[]] = [hash('ada')],
  ) =>
    handler.execute(
      new RecordPerson({ orgId: ORG, personId: null, identities, facts, source: 'api', correlationId: 'r' }),
    );
  const stored = () => vault.open(ORG, decider.known!.keyId, 'identity', decider.known!.sealed);
  return { vault, decider, record, stored, hash };
};

describe('PR-01 recording a person', () => {
  it('seals a new person under the key of its strongest identity and sends nothing in clear', async () => {
    const { vault, decider, record, stored, hash } = setUp();
    const recorded = await record({ lastName: 'Lovelace' }, [hash('ada'), hash('other')]);
    expect(recorded).toEqual({
      personId: PERSON,
      existing: false,
      facts: { lastName: 'Lovelace' },
      position: { partition: 0, offset: 1n },
    });
    expect(decider.sent).toHaveLength(1);
    expect(decider.sent[0]?.keyId).toBe((await vault.keysFor(ORG, [hash('ada')])).get(hash('ada')));
    expect(decider.sent[0]?.identities).toEqual([hash('ada'), hash('other')]);
    expect(JSON.stringify(decider.sent)).not.toContain('Lovelace');
    expect(await stored()).toEqual({ lastName: 'Lovelace' });
  });

  it('leaves a known person as it is when the request says nothing new', async () => {
    const { decider, record } = setUp();
    await record({ lastName: 'Lovelace', title: 'Countess', tags: ['a'] });
    const again = await record({ lastName: 'Lovelace', tags: ['a'] });
    expect(again).toMatchObject({ existing: true, facts: { lastName: 'Lovelace', title: 'Countess', tags: ['a'] } });
    expect(decider.sent).toHaveLength(2);
  });

  it('merges what is new into a known person, under the person’s own key', async () => {
    const { decider, record, stored, hash } = setUp();
    await record({ lastName: 'Byron', title: 'Countess' });
    const firstKey = decider.known?.keyId;
    const merged = await record({ lastName: 'Lovelace', country: 'GB' }, [hash('ada-2')]);
    const facts = { lastName: 'Lovelace', title: 'Countess', country: 'GB' };
    expect(merged).toMatchObject({ existing: true, facts, position: { offset: 3n } });
    expect(await stored()).toEqual(facts);
    expect(decider.known?.keyId).toBe(firstKey);
  });

  it('merges anew when somebody else changed the person in between', async () => {
    const { vault, decider, record, stored } = setUp();
    await record({ lastName: 'Lovelace' });
    decider.meddle = async () => {
      if (decider.sent.length !== 2) return;
      const { keyId } = decider.known!;
      decider.known = {
        keyId,
        sealed: await vault.seal(ORG, keyId, 'identity', { lastName: 'Lovelace', title: 'Hers' }),
      };
    };
    const merged = await record({ country: 'GB' });
    expect(merged.facts).toEqual({ lastName: 'Lovelace', title: 'Hers', country: 'GB' });
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
