import type { ArrayParameter } from '../../src/db/array-parameter.js';
import type { Database } from '../../src/db/database.js';
import type { IdentityHash, KeyId, OrgId } from '../../src/domain/kernel/ids.js';
import { PostgresVault } from '../../src/vault/postgres-vault.js';
import { deriveMasterKeys, newWrappedKey } from '../../src/vault/sealing.js';
import { VirtualClock } from '../log/virtual-clock.js';

const ORG = 'org_a' as OrgId;
const MASTER_KEY = Buffer.alloc(32, 7);

/** A vault over a table that holds every key it is asked for, in a process whose slice is always over. */
const busyVault = () => {
  const { wrapping } = deriveMasterKeys(MASTER_KEY);
  const row = (org: string, keyId: string, identity = `of ${keyId}`) => ({
    org_id: org,
    identity_hash: identity,
    key_id: keyId,
    wrapped_key: newWrappedKey(wrapping, `${org}\0${keyId}`),
  });
  type Loaded = readonly [orgs: ArrayParameter, keyIds: ArrayParameter];
  type Made = readonly [org: string, identities: ArrayParameter, keyIds: ArrayParameter, wrapped: unknown];
  const texts = ({ values }: ArrayParameter): readonly string[] => values as readonly string[];
  const query = async (_: unknown, given: Loaded | Made) =>
    given.length === 2
      ? texts(given[1]).map((keyId, index) => row(texts(given[0])[index] ?? '', keyId))
      : texts(given[2]).map((keyId, index) => row(given[0], keyId, texts(given[1])[index]));
  const slices = { areOver: true, turns: 0, breathe: async () => void (slices.turns += 1) };
  const database = { query } as unknown as Database;
  return { slices, vault: new PostgresVault({ database, masterKey: MASTER_KEY, clock: new VirtualClock(), slices }) };
};

const KEYS = Array.from({ length: 20 }, (_, index) => `key-${index}` as KeyId);

it('lets everything else go on between two keys, two boxes sealed and two boxes opened', async () => {
  const { slices, vault } = busyVault();
  await vault.warm(ORG, KEYS);
  expect(slices.turns).toBe(20);
  const boxes = await Promise.all(KEYS.map((keyId) => vault.seal(ORG, keyId, 'values', { of: keyId })));
  expect(slices.turns).toBe(40);
  const opened = await Promise.all(KEYS.map((keyId, index) => vault.open(ORG, keyId, 'values', boxes[index] as never)));
  expect(slices.turns).toBe(60);
  expect(opened).toEqual(KEYS.map((of) => ({ of })));
});

it('lets everything else go on between two keys that it makes, and two that it learns', async () => {
  const { slices, vault } = busyVault();
  const identities = KEYS.map((keyId) => `person of ${keyId}` as IdentityHash);
  const keys = await vault.keysFor(ORG, identities);
  expect([...keys.keys()]).toEqual(identities);
  expect(slices.turns).toBe(40);
});
