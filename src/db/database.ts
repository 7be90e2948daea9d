import pg, { type Pool, type PoolClient, type QueryConfig, type QueryResultRow } from 'pg';
import { ENDLESS_SLICE, mapInSlices, type Slices } from '../observability/event-loop-slices.js';
import { ArrayParameter } from './array-parameter.js';
import { PiecewiseClient } from './bind-message.js';

/** A named statement: Postgres plans it once per connection (half the cost of an unnamed one). */
export interface Statement {
  readonly name: string;
  readonly text: string;
}
export const statement = (name: string, text: string): Statement => ({ name, text });

/** Runs named statements; a pool or a transaction. */
export interface Sql {
  query<Row extends QueryResultRow>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

export interface DatabaseOptions {
  readonly url: string;
  /** Everything lives in this schema; created when missing. */
  readonly schema: string;
  /**
   * `durable`: a commit survives power loss. `relaxed`: `synchronous_commit=off`, for rows that are written in
   * one transaction with their checkpoint and would be lost and read again together (DESIGN §4).
   */
  readonly durability: 'durable' | 'relaxed';
  /** 3 unless given: more of them make statements smaller, and on few cores only add context switches (bench). */
  readonly poolMax?: number;
  /** Arrays become bytes in these; left out: at once. */
  readonly slices?: Slices;
  /** After so long without an answer to a single statement its connection is given up; 35 s unless given. */
  readonly answerMs?: number;
}

const STATEMENT_TIMEOUT_MS = 30_000;
/** The server ends a statement before that; so its connection is dead, though nobody has said so. */
const ANSWER_MS = 35_000;
/** Statements that wait for a connection; a database that is so far behind is as good as away. */
const WAITING_MAX = 10_000;

/** Nothing was asked. `code` is PostgreSQL's own for it (too many connections). */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy';
  readonly code = '53300';
}

/** A pool of connections for named statements; the schema comes from `migrate`. */
export class Database implements Sql {
  private constructor(
    private readonly pool: Pool,
    private readonly slices: Slices,
    private readonly answerMs: number,
  ) {}

  /** @throws whatever keeps the first connection from being made */
  static async connect({ url, schema, durability, poolMax = 3, slices, answerMs }: DatabaseOptions): Promise<Database> {
    const synchronous = durability === 'durable' ? 'on' : 'off';
    const pool = new pg.Pool({
      Client: PiecewiseClient,
      connectionString: url,
      max: poolMax,
      options: `-c search_path=${schema} -c synchronous_commit=${synchronous} -c statement_timeout=${STATEMENT_TIMEOUT_MS}`,
    });
    // A dropped idle connection is not an error of anybody's request; the pool opens a new one.
    pool.on('error', () => undefined);
    const database = new Database(pool, slices ?? ENDLESS_SLICE, answerMs ?? ANSWER_MS);
    try {
      await pool.query('select 1');
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  /**
   * @throws DatabaseBusy, RangeError (a value that is none of its array's type): nothing was asked. Or that no answer
   * came: then the connection is given up, and whether it ran is not known
   */
  async query<Row extends QueryResultRow>(query: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const parameters = await parametersOf(this.slices, query, values);
    if (this.pool.waitingCount >= WAITING_MAX) throw new DatabaseBusy(`${WAITING_MAX} statements wait already`);
    const config: TimedQuery = { ...query, values: parameters, query_timeout: this.answerMs };
    return (await this.pool.query<Row>(config)).rows;
  }

  /** Runs `work` in one transaction; whatever it throws rolls back. */
  async transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    const client = await this.acquire();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(sqlOf(client, this.slices));
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((failure: Error) => {
        broken = failure;
      });
      throw error;
    } finally {
      client.off('error', toldByNextStatement);
      client.release(broken);
    }
  }

  // By callback: a promise would leave the connection without a listener until its continuation runs, and one chunk of
  // the socket can hold both the end of the statement before and the server's last words.
  private acquire(): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      this.pool.connect((error, client) => {
        client?.on('error', toldByNextStatement);
        if (client === undefined) reject(error ?? new Error('the pool gave no connection'));
        else resolve(client);
      });
    });
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

/** `query_timeout`, ms: known to `pg`, not to its types. */
type TimedQuery = QueryConfig & { readonly query_timeout: number };

const parametersOf = (slices: Slices, { name }: Statement, values: readonly unknown[]): Promise<unknown[]> =>
  mapInSlices(slices, values, (value, index) => {
    if (!(value instanceof ArrayParameter)) return value;
    try {
      return value.toPostgres();
    } catch (error) {
      const where = `$${index + 1} of ${name === '' ? 'an unnamed statement' : name}`;
      throw new RangeError(`${where}: ${(error as Error).message}`, { cause: error });
    }
  });

/** A connection that breaks between two statements of a transaction: without a listener it would end the process. */
const toldByNextStatement = (): void => undefined;

const sqlOf = (client: PoolClient, slices: Slices): Sql => ({
  query: async <Row extends QueryResultRow>(query: Statement, values: readonly unknown[] = []) =>
    (await client.query<Row>({ ...query, values: await parametersOf(slices, query, values) })).rows,
});
