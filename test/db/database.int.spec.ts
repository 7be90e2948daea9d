import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { arrayOf } from '../../src/db/array-parameter.js';
import { PiecewiseClient } from '../../src/db/bind-message.js';
import { Database, statement, type Sql } from '../../src/db/database.js';
import { testStack } from '../support/stack.js';

const OWN_PID = statement('own_pid', 'select pg_backend_pid() as pid');
const TERMINATE = statement('terminate', 'select pg_terminate_backend($1)');
const ECHO = statement(
  'echo',
  'select $1::text[] as texts, $2::bytea as bytes, $3::text as nothing, $4::int as number',
);
const IS_GONE = statement('is_gone', 'select count(*)::int as count from pg_stat_activity where pid = $1');

describe('a statement', () => {
  it('goes through a client that sends large arrays from where they stand', async () => {
    const connect = jest.spyOn(PiecewiseClient.prototype, 'connect');
    const database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'durable' });
    expect(connect).toHaveBeenCalled();
    connect.mockRestore();
    await database.close();
  });

  it('has its values arrive whole, whether they are small or larger than one piece of the message', async () => {
    const database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'durable' });
    for (const length of [0, 1, 4_095, 4_096, 300_000]) {
      const [texts, bytes] = [['é'.repeat(length), null, 'end'], Buffer.alloc(length, 7)];
      const rows = await database.query(ECHO, [arrayOf('text', texts), bytes, null, length]);
      expect(rows).toEqual([{ texts, bytes, nothing: null, number: length }]);
    }
    await database.close();
  });

  it('whose connection dies without a word fails in the end, and the next one gets another connection', async () => {
    const frozen = await freezableProxy(testStack().databaseUrl);
    const options = { url: frozen.url, schema: 'public', durability: 'durable', poolMax: 1, answerMs: 200 } as const;
    const database = await Database.connect(options);
    expect(await database.query(OWN_PID)).toHaveLength(1);
    frozen.freeze();
    await expect(Promise.all([database.query(OWN_PID), database.query(OWN_PID)])).rejects.toThrow('Query read timeout');
    expect(await database.query(OWN_PID)).toHaveLength(1);
    await database.close();
    await frozen.close();
  });
});

/** In front of a server; from `freeze` on the connections that are open then pass nothing on any more. */
const freezableProxy = async (url: string) => {
  const { port, hostname } = new URL(url);
  const open = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(Number(port), hostname);
    client.pipe(behind).pipe(client);
    for (const socket of [client, behind]) {
      open.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => open.delete(socket));
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const shown = new URL(url);
  shown.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: shown.href,
    freeze: (): void => {
      for (const socket of open) {
        socket.unpipe();
        socket.pause();
      }
    },
    close: async (): Promise<void> => {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
};

describe('a transaction', () => {
  let database: Database;

  beforeAll(async () => {
    database = await Database.connect({ url: testStack().databaseUrl, schema: 'public', durability: 'durable' });
  });

  afterAll(() => database.close());

  const terminateBehind = async (sql: Sql): Promise<void> => {
    const [own] = await sql.query<{ pid: number }>(OWN_PID);
    await database.query(TERMINATE, [own?.pid]);
    for (let left = 1; left > 0;) left = (await database.query<{ count: number }>(IS_GONE, [own?.pid]))[0]?.count ?? 0;
  };

  it('that loses its connection between two statements fails with the next one and leaves the process alone', async () => {
    const broken = database.transaction(async (sql) => {
      await terminateBehind(sql);
      return sql.query(OWN_PID);
    });
    await expect(broken).rejects.toThrow(/terminating connection|Connection terminated|not queryable/);
    expect(await database.query(OWN_PID)).toHaveLength(1);
  });
});
