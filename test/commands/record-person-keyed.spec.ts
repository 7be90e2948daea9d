import type { Commands, ExecuteOptions, Executed } from '../../src/commands/gateway.js';
import { Refused, Unavailable } from '../../src/commands/outcomes.js';
import { RecordPerson, RecordPersonHandler, type RecordedPerson } from '../../src/commands/record-person.command.js';
import { requestKeyOf } from '../../src/commands/request-key.js';
import type { Command, CommandDataByType } from '../../src/domain/command.js';
import type { CommandId, OrgId } from '../../src/domain/kernel/ids.js';
import { VaultedIdentities } from '../../src/http/persons/vaulted-identities.js';
import { MemoryVault } from '../../src/vault/memory-vault.js';
import { World } from '../domain/world.js';

const ORG = 'org_1' as OrgId;
const LINKEDIN = 'https://www.linkedin.com/in/ada';
type Facts = Readonly<Record<string, unknown>>;

/** The real core behind the handler; `before` runs ahead of each command and may lose its answer by throwing after it. */
const setUp = () => {
  const vault = new MemoryVault();
  const world = new World();
  const sent: { keyed: boolean; merging: boolean }[] = [];
  const hooks = { before: async () => {}, after: () => {} };
  let drawn = 0;
  const execute = async (
    type: string,
    orgId: OrgId,
    data: CommandDataByType['RecordPerson'],
    { id = `drawn-${++drawn}` as CommandId, keyed = false, fingerprint = null as never }: Partial<ExecuteOptions>,
  ): Promise<Executed<'RecordPerson'>> => {
    await hooks.before();
    world.wait(1);
    sent.push({ keyed, merging: data.mergedInto !== null });
    const envelope = { correlationId: 'c', sentAtMs: world.nowMs, waitMs: 10_000, replyTo: null };
    const command = { id, type, orgId, data, keyed, fingerprint, ...envelope } as unknown as Command;
    const { answer } = world.send(command);
    hooks.after();
    if (answer.kind === 'refused') throw new Refused(answer.refusal, null, keyed && answer.replayed);
    return { result: answer.result as never, replayed: keyed && answer.replayed, position: null };
  };
  const handler = new RecordPersonHandler({ execute } as unknown as Commands, new VaultedIdentities(vault));
  const record = (given: Facts, key?: string): Promise<RecordedPerson> => {
    const facts = { linkedinUrl: LINKEDIN, ...given };
    const scope = { orgId: ORG, route: 'POST /api/v1/persons', key: key ?? '' };
    const requestKey = key === undefined ? null : requestKeyOf(scope, JSON.stringify(facts));
    const person = { orgId: ORG, personId: null, facts, source: 'api', correlationId: 'r', key: requestKey };
    return handler.execute(new RecordPerson(person));
  };
  /** What anybody sees who asks without saying anything new. */
  const known = async () => (await record({})).facts;
  return { world, sent, hooks, record, known };
};

const answerOf = (recorded: RecordedPerson) => ({ ...recorded, replayed: null, merged: null });

describe('X-07, PR-01 recording a person under a key', () => {
  it('a new one is shown again as it was recorded, whatever was merged since', async () => {
    const { world, record, known } = setUp();
    const first = await record({ firstName: 'Ada' }, 'k');
    expect(first).toMatchObject({ existing: false, replayed: false });
    await record({ firstName: 'Augusta', title: 'Countess' });
    const events = world.log.length;
    const again = await record({ firstName: 'Ada' }, 'k');
    expect([answerOf(again), again.replayed]).toEqual([answerOf(first), true]);
    expect(world.log.length).toBe(events);
    expect(await known()).toMatchObject({ firstName: 'Augusta' });
  });

  it('a merge is answered again and not done again', async () => {
    const { world, record, sent } = setUp();
    await record({ firstName: 'Ada' });
    const first = await record({ title: 'Countess' }, 'k');
    expect(first).toMatchObject({ existing: true, replayed: false, facts: { firstName: 'Ada', title: 'Countess' } });
    const events = world.log.length;
    const again = await record({ title: 'Countess' }, 'k');
    expect([answerOf(again), again.replayed]).toEqual([answerOf(first), true]);
    expect(world.log.length).toBe(events);
    expect(sent.slice(1).every(({ keyed }) => keyed)).toBe(true);
  });

  it.each([
    ['merged', { firstName: 'Ada' }, { title: 'Countess' }],
    ['said nothing new', { title: 'Countess' }, { title: 'Countess' }],
  ])('what others wrote since stays when it %s: the repeat shows it', async (_what, before, asked) => {
    const { record, known } = setUp();
    await record(before);
    await record(asked, 'k');
    await record({ title: 'Programmer' });
    const again = await record(asked, 'k');
    expect(again).toMatchObject({ existing: true, replayed: true, facts: { title: 'Programmer' } });
    expect(await known()).toMatchObject({ title: 'Programmer' });
  });

  it('a repeat finishes what was cut short after the first command', async () => {
    const { record, hooks, known } = setUp();
    await record({ firstName: 'Ada' });
    hooks.after = () => {
      hooks.after = () => {};
      throw new Unavailable('no_answer', 2);
    };
    await expect(record({ title: 'Countess' }, 'k')).rejects.toBeInstanceOf(Unavailable);
    expect(await known()).not.toHaveProperty('title');
    const again = await record({ title: 'Countess' }, 'k');
    expect(again).toMatchObject({ existing: true, replayed: false, facts: { firstName: 'Ada', title: 'Countess' } });
    expect(await known()).toMatchObject({ title: 'Countess' });
  });

  it('merges anew when somebody else changed the person in between, and contention does not use up the key', async () => {
    const { record, hooks, sent, known } = setUp();
    await record({ firstName: 'Ada' });
    let meddling = 0;
    const meddle = async (): Promise<void> => {
      if (sent.at(-1)?.keyed !== true) return;
      hooks.before = async () => {};
      await record({ tags: [String(++meddling)] });
      hooks.before = meddle;
    };
    hooks.before = meddle;
    await expect(record({ title: 'Countess' }, 'k')).rejects.toEqual(new Unavailable('contended', 1));
    hooks.before = async () => {};
    const again = await record({ title: 'Countess' }, 'k');
    expect(again).toMatchObject({ replayed: false, facts: { firstName: 'Ada', title: 'Countess' } });
    expect(again.facts).toEqual(await known());
  });

  it('another request under the key is a conflict', async () => {
    const { record } = setUp();
    await record({ firstName: 'Ada' }, 'k');
    await expect(record({ firstName: 'Eve' }, 'k')).rejects.toMatchObject({
      refusal: { code: 'IDEMPOTENCY_CONFLICT' },
    });
  });
});
