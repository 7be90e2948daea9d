import { randomUUID } from 'node:crypto';
import { Database } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import { statement } from '../../src/db/database.js';
import { PostgresSnapshotStore } from '../../src/decider/postgres-snapshot-store.js';
import { SnapshotUnreadable } from '../../src/decider/snapshot-store.js';
import { emptyAccount } from '../../src/domain/credits/account.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { streams } from '../../src/domain/streams.js';
import { testStack } from '../support/stack.js';
import { snapshotStoreContract } from './snapshot-store.contract.js';

describe('PostgresSnapshotStore', () => {
  let database: Database;

  beforeAll(async () => {
    const schema = `decider_${randomUUID().slice(0, 8)}`;
    database = await Database.connect({ url: testStack().databaseUrl, schema, durability: 'durable' });
    await migrate(database, { url: testStack().databaseUrl, schema });
  });
  afterAll(() => database.close());

  const fresh = async () => {
    await database.query(statement('test-empty', 'truncate aggregates, decider_checkpoints'));
    return new PostgresSnapshotStore(database);
  };

  snapshotStoreContract(fresh);

  it('refuses to read states of another release', async () => {
    const store = await fresh();
    const orgId = 'org_1' as OrgId;
    const key = streams.account(orgId);
    const checkpoint = { partition: 1, offset: 1n, claim: 'c', seq: 1, timeMs: 1, commandOffset: 0n, commandId: 'x' };
    await store.save([{ key, seq: 1, state: emptyAccount(orgId), dueAtMs: null }], null, checkpoint);
    await database.query(statement('test-version', 'update aggregates set state_version = 99'));
    const load = store.load(1, [key], checkpoint);
    await expect(load).rejects.toThrow(SnapshotUnreadable);
    await expect(load).rejects.toThrow('repair --accept-loss --partition 1');
  });
});
