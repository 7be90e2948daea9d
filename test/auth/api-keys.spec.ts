import { ApiKeysRepository, type StoredApiKey } from '../../src/auth/api-keys.repository.js';
import type { Sql } from '../../src/db/database.js';
import { VirtualClock } from '../log/virtual-clock.js';

/** Keys in a table that counts the statements about it. */
const keysIn = (...ids: readonly string[]) => {
  const clock = new VirtualClock();
  const statements: (readonly string[])[] = [];
  const rows = new Map(ids.map((id) => [id, { id, name: `key ${id}` } as StoredApiKey]));
  const query = (_: unknown, [asked]: readonly (readonly string[])[] = []): Promise<unknown[]> => {
    statements.push(asked ?? []);
    return Promise.resolve([...new Set(asked)].flatMap((id) => rows.get(id) ?? []));
  };
  const keys = new ApiKeysRepository({ sql: { query } as unknown as Sql, keySalt: Buffer.alloc(32), clock });
  return { keys, rows, statements, clock };
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
