import { ApiKeysRepository, type StoredApiKey } from '../../src/auth/api-keys.repository.js';
import type { ArrayParameter } from '../../src/db/array-parameter.js';
import type { Sql, Statement } from '../../src/db/database.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { settle, VirtualClock } from '../log/virtual-clock.js';

/** Keys in a table that counts the statements about it. */
const keysIn = (...ids: readonly string[]) => {
  const clock = new VirtualClock();
  const statements: (readonly string[])[] = [];
  const rows = new Map(ids.map((id) => [id, { id, name: `key ${id}` } as StoredApiKey]));
  let held = Promise.resolve();
  const query = async ({ name }: Statement, values: readonly unknown[] = []): Promise<unknown[]> => {
    if (name === 'api_keys_revoke') return revoke(values[1] as string);
    const asked = (values[0] as ArrayParameter).values as readonly string[];
    statements.push(asked);
    const found = [...new Set(asked)].flatMap((id) => rows.get(id) ?? []);
    await held;
    return found;
  };
  const revoke = (id: string): unknown[] => {
    const row = rows.get(id);
    if (row === undefined) return [];
    rows.set(id, { ...row, revokedAt: new Date(clock.now()) });
    return [{ id }];
  };
  /** Answers are held back until the returned function is called. */
  const hold = (): (() => void) => {
    let go: () => void = () => undefined;
    held = new Promise((resolve) => (go = resolve));
    return go;
  };
  const keys = new ApiKeysRepository({ sql: { query } as unknown as Sql, keySalt: Buffer.alloc(32), clock });
  return { keys, rows, statements, clock, hold };
};

describe('looking for API keys', () => {
  it('X-02 finds each by its id; requests that arrive together ask once', async () => {
    const { keys, statements } = keysIn('a', 'b', 'c');
    const ids = Array.from({ length: 90 }, (_, index) => ['a', 'b', 'c'][index % 3] ?? '');
    const found = await Promise.all(ids.map((id) => keys.find(id)));
    expect(found.map((key) => key?.name)).toEqual(ids.map((id) => `key ${id}`));
    expect(statements).toHaveLength(1);
  });

  it('X-02 an id that nobody has is not found, next to one that is', async () => {
    const { keys } = keysIn('a');
    expect(await Promise.all([keys.find('x'), keys.find('a'), keys.find('x')])).toEqual([
      null,
      { id: 'a', name: 'key a' },
      null,
    ]);
  });

  it('X-02 a key that this process has revoked is never believed again, whatever was being read meanwhile', async () => {
    const { keys, rows, hold } = keysIn('a');
    await keys.find('a');
    expect(await keys.revoke('acme' as OrgId, 'a')).toBe(true);
    expect(await keys.find('a')).toMatchObject({ revokedAt: expect.any(Date) as unknown });
    rows.set('b', { id: 'b', name: 'key b', revokedAt: null } as StoredApiKey);
    const answer = hold();
    const found = keys.find('b');
    await settle(); // It has been read; the answer is under way.
    await keys.revoke('acme' as OrgId, 'b');
    answer();
    await found;
    expect(await keys.find('b')).toMatchObject({ revokedAt: expect.any(Date) as unknown });
  });

  it('X-02 a key is believed for five seconds, and looked for again after that', async () => {
    const { keys, rows, statements, clock } = keysIn('a');
    await keys.find('a');
    rows.delete('a');
    await clock.pass(4_900);
    expect(await keys.find('a')).not.toBeNull();
    expect(statements).toHaveLength(1);
    await clock.pass(200);
    expect(await keys.find('a')).toBeNull();
  });
});
