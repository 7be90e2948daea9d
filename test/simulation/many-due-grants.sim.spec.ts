import { instantOf } from '../../src/domain/kernel/instant.js';
import { streams } from '../../src/domain/streams.js';
import { ORG, World } from '../decider/world.js';

const GRANTS = 4_000;
const AT_ONCE = 500;

let world: World;
beforeEach(() => {
  world = new World();
});
afterEach(() => world.end());

it('an org whose grants expire all at once goes on, and all of them leave the ledger (CR-06)', async () => {
  await world.process('a').deciding();
  const expiresAt = instantOf(world.clock.now() + 60_000);
  const data = { amount: 1, source: 'bonus', expiresAt, referenceId: null } as const;
  const small = () => world.command('GrantCredits', data, { keyed: true, fingerprint: 'f' });
  for (let n = 0; n < GRANTS; n += AT_ONCE) world.send(Array.from({ length: AT_ONCE }, small));
  await world.passUntil(() => world.replies.length === GRANTS, 'granted');
  await world.clock.pass(60_000);
  expect(await world.ask(world.grant(5))).toMatchObject({ kind: 'answered' });
  await world.clock.pass(20_000);
  expect(world.state().get(streams.account(ORG))).toMatchObject({ balance: 5, grants: [{ free: 5 }] });
  expect(world.deadLetters()).toEqual([]);
}, 60_000);
