import type { OrgId } from '../../src/domain/kernel/ids.js';
import type { Slices } from '../../src/observability/event-loop-slices.js';
import { ORG, World } from './world.js';

/** Over at every look; `turn` is what else happens before the work goes on. */
const slicesWith = (turn: () => void): Slices => ({
  areOver: true,
  breathe: async () => {
    turn();
    await new Promise((resolve) => setImmediate(resolve));
  },
});

describe('deciding in slices', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.end());

  it('no snapshot holds a part of a batch, whenever it is taken', async () => {
    const torn: string[] = [];
    const slices = slicesWith(() => {
      const checkpoint = world.tables.checkpoint(0);
      const account = world.tables.row(`account/${ORG}`);
      if (account !== undefined && account.seq > (checkpoint?.seq ?? 0)) torn.push(`${account.seq}`);
    });
    // Every change asks for a snapshot at once.
    const owner = await world.process('a', { slices, limits: { snapshotChanges: 1 } }).deciding();
    for (let round = 0; round < 5; round += 1) {
      const commands = Array.from({ length: 20 }, () => world.grant(1, { orgId: ORG, keyed: false }));
      world.send(commands);
      await world.passUntil(() => world.replies.length === 20 * (round + 1), 'all answers');
    }
    expect(owner.fatal).toEqual([]);
    expect(torn).toEqual([]);
  });

  it('answers in order and once, however often the event loop turns in between', async () => {
    let turns = 0;
    await world.process('a', { slices: slicesWith(() => void (turns += 1)) }).deciding();
    const orgs = ['org_1', 'org_2', 'org_3'] as OrgId[];
    const commands = Array.from({ length: 30 }, (_, n) =>
      world.grant(1, { orgId: orgs[n % 3] as OrgId, keyed: false }),
    );
    for (const command of commands) world.send([command]);
    await world.passUntil(() => world.replies.length === 30, 'all answers');
    expect(world.replies.map(({ commandId }) => commandId)).toEqual(commands.map(({ id }) => id));
    const seqs = world.events().map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(turns).toBeGreaterThan(60);
  });
});
