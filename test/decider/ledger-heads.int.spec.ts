import { randomUUID } from 'node:crypto';
import { Database } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import { PostgresLedgerHeads } from '../../src/decider/ledger-heads.js';
import { PostgresSnapshotStore } from '../../src/decider/postgres-snapshot-store.js';
import type { ChangedStream } from '../../src/decider/snapshot-store.js';
import { emptyAccount } from '../../src/domain/credits/account.js';
import { NO_MARK } from '../../src/domain/credits/ledger-statement.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { streams } from '../../src/domain/streams.js';
import { testStack } from '../support/stack.js';

const TIME_MS = Date.UTC(2026, 10, 21, 1, 2, 3, 4);
const checkpointAt = (partition: number, seq: number) => ({
  partition,
  offset: BigInt(seq),
  claim: 'c',
  seq,
  timeMs: TIME_MS + seq,
  commandOffset: 0n,
  commandId: 'x',
});
const account = (name: string, seq: number): ChangedStream => {
  const orgId = name as OrgId;
  const state = { ...emptyAccount(orgId), entry: seq * 10, hash: `hash-${seq}` };
  return { key: streams.account(orgId), seq, state, dueAtMs: null };
};
const headOf = (org: string, seq: number) => ({ org, entry: seq * 10, hash: `hash-${seq}` });

describe('the heads of a partition', () => {
  let database: Database;
  let store: PostgresSnapshotStore;
  beforeAll(async () => {
    const schema = `decider_${randomUUID().slice(0, 8)}`;
    database = await Database.connect({ url: testStack().databaseUrl, schema, durability: 'durable' });
    await migrate(database, { url: testStack().databaseUrl, schema });
    store = new PostgresSnapshotStore(database);
  });
  afterAll(() => database.close());
  const grownIn = async (partition: number) => {
    const grown = await new PostgresLedgerHeads(database).grownIn(partition);
    return grown && { ...grown, heads: grown.heads.toSorted((a, b) => (a.org < b.org ? -1 : 1)) };
  };

  it('CR-11 are those of the snapshot, of one partition, that have grown since the mark', async () => {
    expect(await grownIn(1)).toBeNull();
    await store.save([account('org_b', 3), account('a%_"é', 4)], null, checkpointAt(1, 4));
    await store.save([account('org_z', 2)], null, checkpointAt(2, 2));
    expect(await grownIn(1)).toEqual({
      mark: NO_MARK,
      claim: 'c',
      upToSeq: 4,
      asOf: instantOf(TIME_MS + 4),
      heads: [headOf('a%_"é', 4), headOf('org_b', 3)],
    });
    const mark = { upToSeq: 4, hash: 'f'.repeat(64) };
    const stated = { key: streams.checkpoint(1), seq: 5, state: mark, dueAtMs: null };
    await store.save([stated, account('org_b', 6)], checkpointAt(1, 4), checkpointAt(1, 7));
    expect(await grownIn(1)).toEqual({
      mark,
      claim: 'c',
      upToSeq: 7,
      asOf: instantOf(TIME_MS + 7),
      heads: [headOf('org_b', 6)],
    });
    expect((await grownIn(2))?.heads).toEqual([headOf('org_z', 2)]);
  });

  it('CR-11 cannot be stated of rows that are ahead of their checkpoint', async () => {
    await store.save([account('org_w', 9)], null, checkpointAt(4, 8));
    await expect(grownIn(4)).rejects.toThrow('the snapshot of partition 4 is ahead of its checkpoint');
  });

  it('CR-11 are none when nothing has grown', async () => {
    await store.save([account('org_y', 5)], null, checkpointAt(3, 5));
    const stated = { key: streams.checkpoint(3), seq: 6, state: { upToSeq: 5, hash: 'f' }, dueAtMs: null };
    await store.save([stated], checkpointAt(3, 5), checkpointAt(3, 6));
    expect(await grownIn(3)).toMatchObject({ upToSeq: 6, heads: [] });
  });
});
