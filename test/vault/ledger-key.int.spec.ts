import { createPublicKey, randomBytes, randomUUID, verify } from 'node:crypto';
import { keyIdOf } from '../../sdk/ledger/index.js';
import { Database, statement } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import { LedgerKey, LedgerPublicKeys } from '../../src/vault/ledger-key.js';
import { testStack } from '../support/stack.js';

describe('the key that signs the ledger', () => {
  const masterKey = randomBytes(32);
  let database: Database;
  beforeAll(async () => {
    const schema = `vault_${randomUUID().slice(0, 8)}`;
    database = await Database.connect({ url: testStack().databaseUrl, schema, durability: 'durable' });
    await migrate(database, { url: testStack().databaseUrl, schema });
  });
  afterAll(() => database.close());

  it('CR-11 is made once, by whichever process starts first, and published', async () => {
    const opened = await Promise.all([1, 2, 3].map(() => LedgerKey.open(database, masterKey)));
    const keys = await new LedgerPublicKeys(database).all();
    expect(keys).toHaveLength(1);
    expect(new Set(opened.map(({ keyId }) => keyId))).toEqual(new Set([keys[0]?.keyId]));
    expect(keyIdOf(keys[0]?.publicKey ?? '')).toBe(keys[0]?.keyId);
  });

  it('CR-11 signs what the published key verifies, and nothing else', async () => {
    const signature = Buffer.from((await LedgerKey.open(database, masterKey)).sign('é'), 'base64');
    const [published] = await new LedgerPublicKeys(database).all();
    const der = Buffer.from(published?.publicKey ?? '', 'base64');
    const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from('é'), key, signature)).toBe(true);
    expect(verify(null, Buffer.from('e'), key, signature)).toBe(false);
  });

  it('stands in the database only under the master key', async () => {
    await expect(LedgerKey.open(database, randomBytes(32))).rejects.toThrow();
    const [row] = await database.query<{ wrapped_key: Buffer }>(statement('', 'select wrapped_key from ledger_keys'));
    // A PKCS #8 Ed25519 key in the clear would hold its object identifier 1.3.101.112.
    expect(row?.wrapped_key.includes(Buffer.from('06032b6570', 'hex'))).toBe(false);
  });
});
