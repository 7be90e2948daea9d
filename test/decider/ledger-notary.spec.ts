import { generateKeyPairSync, sign, verify } from 'node:crypto';
import type { GrownHeads, LedgerHeads } from '../../src/decider/ledger-heads.js';
import { LedgerNotary } from '../../src/decider/ledger-notary.js';
import type { Command } from '../../src/domain/command.js';
import { isCreditEvent } from '../../src/domain/credits/chain.js';
import { NO_MARK, statementHash, statementText } from '../../src/domain/credits/ledger-statement.js';
import { rootOf, treeOf, type OrgHead } from '../../src/domain/credits/merkle.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import type { Instant } from '../../src/domain/kernel/instant.js';
import { ownOrgOf, partitionOf } from '../../src/log/partition.js';
import { ENDLESS_SLICE } from '../../src/observability/event-loop-slices.js';
import { createLogger } from '../../src/observability/logger.js';
import { VirtualClock } from '../log/virtual-clock.js';
import { sha256 } from '../support/given.js';
import { World } from './world.js';

const MINUTE_MS = 60_000;
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const signer = { keyId: 'key-1', sign: (text: string) => sign(null, Buffer.from(text), privateKey).toString('base64') };

/** What the log of a partition comes to, read anew each time. */
const headsOf = (world: World): LedgerHeads => ({
  grownIn: async (partition) => {
    const events = world.events(partition);
    const last = events.at(-1);
    if (last === undefined) return null;
    const mark = world.state(partition).get(`checkpoint/${partition}`) ?? NO_MARK;
    const heads = new Map<OrgId, OrgHead>();
    for (const event of events.filter(({ seq }) => seq > mark.upToSeq)) {
      if (!isCreditEvent(event)) continue;
      const { entry, hash } = event.data;
      heads.set(event.orgId, { org: event.orgId, entry, hash });
    }
    return { mark, claim: last.claim, upToSeq: last.seq, asOf: last.time, heads: [...heads.values()] };
  },
});

describe('CR-11 over a running decider', () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.end());
  const start = (name: string) =>
    world.process(name, { notary: { heads: headsOf(world), signer, everyMs: MINUTE_MS } }).deciding();
  const statements = () =>
    world.events().flatMap((event) => (event.type === 'LedgerCheckpointed' ? { ...event.data, seq: event.seq } : []));
  const grant = (org: string) => world.ask(world.grant(5, { orgId: org as OrgId }));

  it('EV-02 each minute one signed statement about the orgs whose chain has grown, none when none has', async () => {
    await start('a');
    await grant('org_1');
    await grant('org_2');
    await world.clock.pass(MINUTE_MS);
    expect(statements()).toMatchObject([{ heads: 2, upToSeq: 4, previous: NO_MARK.hash }]);
    await world.clock.pass(10 * MINUTE_MS);
    expect(statements()).toHaveLength(1);
    await grant('org_2');
    await world.clock.pass(MINUTE_MS);
    const [first, second] = statements();
    expect(second).toMatchObject({ heads: 1, previous: first?.hash });
    expect(statements()).toHaveLength(2);
  });

  it('each verifies under the key, and its root is that of the heads as of its seq', async () => {
    await start('a');
    for (const org of ['org_3', 'org_1', 'org_2']) await grant(org);
    await world.clock.pass(MINUTE_MS);
    const [stated] = statements();
    if (stated === undefined) throw new Error('nothing was stated');
    expect(verify(null, Buffer.from(statementText(stated)), publicKey, Buffer.from(stated.signature, 'base64'))).toBe(
      true,
    );
    expect(stated.hash).toBe(statementHash(sha256, stated));
    const accounts = ['org_1', 'org_2', 'org_3'].map((org) => world.state().get(`account/${org}`));
    const heads = accounts.map((account) => ({ org: account?.orgId as OrgId, entry: 1, hash: account?.hash ?? '' }));
    expect(stated.merkleRoot).toBe(rootOf(treeOf(sha256, heads)));
    expect(stated.seq).toBeGreaterThan(stated.upToSeq);
  });

  it('two processes that state the same make one statement', async () => {
    await start('a');
    await grant('org_1');
    const sent: Command[] = [];
    const snapshot = await headsOf(world).grownIn(0); // The same that the first one reads.
    const second = new LedgerNotary({
      heads: { grownIn: async () => snapshot },
      signer,
      everyMs: MINUTE_MS,
      clock: world.clock,
      sha256,
      owned: () => [0],
      partitions: async () => 1,
      slices: ENDLESS_SLICE,
      sender: { send: async (command) => ({ partition: 0, offset: world.send([command]), sent: sent.push(command) }) },
      logger: createLogger('silent'),
    });
    second.start();
    await world.clock.pass(MINUTE_MS);
    await second.stop();
    expect(sent).toHaveLength(1);
    expect(statements()).toHaveLength(1);
    expect(world.deadLetters()).toEqual([]);
  });
});

describe('LedgerNotary', () => {
  const sent: Command<'CheckpointLedger'>[] = [];
  let clock: VirtualClock;
  let grownIn: jest.Mock<Promise<GrownHeads | null>, [number]>;
  let notary: LedgerNotary;
  const grown = (heads: number): GrownHeads => ({
    mark: NO_MARK,
    claim: 'claim-1',
    upToSeq: 9,
    asOf: '2026-11-21T00:00:00.000Z' as Instant,
    heads: Array.from({ length: heads }, (_, n) => ({ org: `org_${n}` as OrgId, entry: 1, hash: sha256(`${n}`) })),
  });

  beforeEach(() => {
    sent.length = 0;
    clock = new VirtualClock();
    grownIn = jest.fn<Promise<GrownHeads | null>, [number]>().mockImplementation(async () => grown(3));
    notary = new LedgerNotary({
      heads: { grownIn },
      signer,
      everyMs: MINUTE_MS,
      clock,
      sha256,
      owned: () => [1, 5],
      partitions: async () => 8,
      slices: ENDLESS_SLICE,
      logger: createLogger('silent'),
      sender: {
        send: async (command) => {
          sent.push(command as Command<'CheckpointLedger'>);
          return { partition: 0, offset: 0n };
        },
      },
    });
    notary.start();
  });
  afterEach(() => notary.stop());

  it('sends to the partition that it is about, for nobody who waits and without expiry', async () => {
    await clock.pass(MINUTE_MS);
    expect(sent.map(({ orgId }) => partitionOf(orgId, 8))).toEqual([1, 5]);
    expect(sent[0]).toMatchObject({
      waitMs: null,
      replyTo: null,
      keyed: false,
      data: { claim: 'claim-1', statement: { partition: 1, heads: 3 } },
    });
  });

  it('sends the same statement under the same id', async () => {
    await clock.pass(2 * MINUTE_MS);
    expect(sent.map(({ id }) => id).slice(0, 2)).toEqual(sent.map(({ id }) => id).slice(2));
    expect(new Set(sent.map(({ id }) => id)).size).toBe(2);
  });

  it('states nothing about a partition without a snapshot or without growth', async () => {
    grownIn.mockResolvedValueOnce(null).mockResolvedValueOnce(grown(0));
    await clock.pass(MINUTE_MS);
    expect(sent).toEqual([]);
  });

  it('goes on with the next partition, and the next minute, after one that failed', async () => {
    grownIn.mockRejectedValueOnce(new Error('connection refused'));
    await clock.pass(MINUTE_MS);
    expect(sent.map(({ data }) => data.statement.partition)).toEqual([5]);
    await clock.pass(MINUTE_MS);
    expect(sent.map(({ data }) => data.statement.partition)).toEqual([5, 1, 5]);
  });

  it('states nothing more once it is stopped', async () => {
    await notary.stop();
    await clock.pass(5 * MINUTE_MS);
    expect(sent).toEqual([]);
  });
});

describe('the org of a partition', () => {
  it('lives in its partition, whatever their number', () => {
    for (const partitions of [1, 2, 8, 50]) {
      for (let partition = 0; partition < partitions; partition += 1) {
        expect(partitionOf(ownOrgOf(partition, partitions), partitions)).toBe(partition);
      }
    }
  });
});
