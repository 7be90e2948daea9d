import type { Command } from '../../src/domain/command.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { streams } from '../../src/domain/streams.js';
import type { SnapshotStore } from '../../src/decider/snapshot-store.js';
import { Sweeper, type OwnedPartition } from '../../src/decider/sweeper.js';
import { createLogger } from '../../src/observability/logger.js';
import { VirtualClock } from '../log/virtual-clock.js';
import { ORG, World } from './world.js';

describe('over a running decider', () => {
  const world = new World();
  afterAll(() => world.end());

  it('expires a grant that is due, by a command, once', async () => {
    await world.process('a').deciding();
    const expiresAt = instantOf(world.clock.now() + 7_000);
    await world.ask(
      world.command('GrantCredits', { amount: 5, source: 'bonus', expiresAt, referenceId: null }, { keyed: true }),
    );
    await world.clock.pass(6_000);
    expect(world.types()).not.toContain('CreditsExpired');
    await world.passUntil(() => world.types().includes('CreditsExpired'), 'the expiry');
    await world.clock.pass(20_000);
    expect(world.types().filter((type) => type === 'CreditsExpired')).toHaveLength(1);
    expect(world.state().get(streams.account(ORG))?.balance).toBe(0);
  });
});

describe('Sweeper', () => {
  const sent: Command[] = [];
  const pruned: [readonly number[], number][] = [];
  let clock: VirtualClock;
  let owned: OwnedPartition[];
  let due: jest.Mock<ReturnType<SnapshotStore['due']>>;
  let sweeper: Sweeper;

  beforeEach(() => {
    sent.length = 0;
    pruned.length = 0;
    clock = new VirtualClock();
    owned = [
      { partition: 3, timeMs: 1_000 },
      { partition: 5, timeMs: 2_000 },
    ];
    const grant = { id: 'g', free: 1, reserved: 0, expiresAt: instantOf(clock.now()), grantedAt: instantOf(0) };
    const state = { orgId: ORG, balance: 1, reserved: 0, grants: [grant], entry: 1, hash: '' } as never;
    due = jest.fn().mockResolvedValue([{ partition: 3, key: streams.account(ORG), state, dueAtMs: clock.now() }]);
    sweeper = new Sweeper({
      snapshots: {
        due,
        prune: (partitions, beforeMs) => Promise.resolve(pruned.push([partitions, beforeMs])),
      },
      sender: {
        send: (command) => {
          sent.push(command);
          return Promise.resolve({ partition: 3, offset: 0n });
        },
      },
      owned: () => owned,
      clock,
      logger: createLogger('silent'),
    });
    sweeper.start();
  });
  afterEach(() => sweeper.stop());

  it('looks every 5 s at the partitions that are decided here (OP-09)', async () => {
    await clock.pass(4_999);
    expect(due).not.toHaveBeenCalled();
    await clock.pass(10_001);
    expect(due.mock.calls.map(([partitions]) => partitions)).toEqual([
      [3, 5],
      [3, 5],
      [3, 5],
    ]);
  });

  it('sends the same command id for the same deadline, for nobody who waits and without expiry', async () => {
    await clock.pass(10_000);
    expect(sent).toHaveLength(2);
    expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
    expect(sent[0]).toMatchObject({ type: 'ExpireGrants', orgId: ORG, waitMs: null, replyTo: null, keyed: false });
    expect(sent[0]?.id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5/);
  });

  it('asks nothing while it decides nothing', async () => {
    owned = [];
    await clock.pass(60_000);
    expect(due).not.toHaveBeenCalled();
    expect(pruned).toEqual([]);
  });

  it('prunes each minute, by the time of each partition and not by the clock', async () => {
    await clock.pass(60_000);
    expect(pruned).toEqual([
      [[3], 1_000],
      [[5], 2_000],
    ]);
  });

  it('goes on after a sweep that failed', async () => {
    due.mockRejectedValueOnce(new Error('connection refused'));
    await clock.pass(10_000);
    expect(sent).toHaveLength(1);
  });

  it('sends nothing more once it is stopped', async () => {
    await sweeper.stop();
    await clock.pass(60_000);
    expect(sent).toEqual([]);
  });
});
