import { Database, statement, type Sql } from '../db/database.js';
import type { Checkpoint } from '../log/checkpoint.js';
import { LogWentBack } from '../log/errors.js';
import { PROJECTION_CHECKPOINTS } from './checkpoints.js';
import { compareTables, type TableComparison } from './rebuild/compare.js';
import { GenerationFill, PARALLEL_FILLS, targetsOf, type GenerationFillOptions } from './rebuild/generation-fill.js';
import { dropGeneration, generationSchema, planGeneration, script, swapStatements } from './rebuild/generation.js';

export type { RebuildProgress } from './rebuild/generation-fill.js';
export type { RowDifference, TableComparison } from './rebuild/compare.js';

export interface RebuildOptions extends GenerationFillOptions {
  readonly url: string;
  /** Of the live tables. */
  readonly schema: string;
  /** `check` compares and throws the new generation away; `replace` swaps it in, equal or not: the log is the truth. */
  readonly mode: 'check' | 'replace';
}

export interface RebuildReport {
  /** Events written to the new generation. */
  readonly events: number;
  /** Per table, both sides at the same checkpoints; empty when the live tables were at the start of the log. */
  readonly tables: readonly TableComparison[];
  readonly equal: boolean;
  readonly replaced: boolean;
}

/** Another rebuild of the same schema runs. */
export class RebuildRunning extends Error {
  override readonly name = 'RebuildRunning';
}

/** The comparison begins when the live tables are at most this many records ahead … */
const CLOSE_RECORDS = 2_000n;
/** … or after so many rounds: they may grow as fast as they are followed. */
const CATCH_UP_ROUNDS_MAX = 10;
/** One for the lock, one for the snapshot or the swap, one for reading along. */
const LIVE_CONNECTIONS = 3;

const LOCK = statement('lock_rebuild', 'select pg_try_advisory_xact_lock(hashtext($1)) as locked');
const SNAPSHOT = 'set transaction isolation level repeatable read, read only';
const FREEZE = 'lock table projection_checkpoints in access exclusive mode';

/**
 * Fills a new generation of all read models from the start of the log, next to the live ones while they are written
 * and read; compares both; swaps it in (DESIGN §4). @throws RebuildRunning, LogWentBack
 */
export const rebuild = async (options: RebuildOptions): Promise<RebuildReport> => {
  const { url, schema } = options;
  const live = await Database.connect({ url, schema, durability: 'relaxed', poolMax: LIVE_CONNECTIONS });
  try {
    return await live.transaction(async (sql) => {
      const [lock] = await sql.query<{ locked: boolean }>(LOCK, [generationSchema(schema)]);
      if (lock?.locked !== true) throw new RebuildRunning(`the read models of ${schema} are being rebuilt already`);
      return withGeneration(options, live);
    });
  } finally {
    await live.close();
  }
};

/** What a rebuild left behind when it was killed is dropped by the next one. */
const withGeneration = async (options: RebuildOptions, live: Database): Promise<RebuildReport> => {
  const { url, schema } = options;
  const { create, complete } = await planGeneration(live, schema);
  await live.transaction((sql) => script(sql, create));
  const connection = { url, schema: generationSchema(schema), durability: 'relaxed' } as const;
  const rebuilt = await Database.connect({ ...connection, poolMax: PARALLEL_FILLS });
  try {
    const fill = await GenerationFill.of(options, rebuilt);
    return await run({ options, live, rebuilt, fill, complete });
  } finally {
    await rebuilt.close();
    await live.transaction((sql) => script(sql, dropGeneration(schema)));
  }
};

interface Rebuild {
  readonly options: RebuildOptions;
  readonly live: Database;
  readonly rebuilt: Database;
  readonly fill: GenerationFill;
  /** DDL for what the tables are filled without, by table. */
  readonly complete: readonly string[];
}

const run = async (rebuild: Rebuild): Promise<RebuildReport> => {
  await fillAndComplete(rebuild);
  await catchUp(rebuild);
  const tables = await compare(rebuild);
  const replaced = rebuild.options.mode === 'replace';
  if (replaced) await replace(rebuild);
  return { events: rebuild.fill.events, tables, equal: tables.every(({ equal }) => equal), replaced };
};

/** Up to where the live tables are; to the end of the log if there is nothing that it could be compared with. */
const fillAndComplete = async ({ live, rebuilt, fill, complete }: Rebuild): Promise<void> => {
  const reached = targetsOf(await PROJECTION_CHECKPOINTS.loadAll(live));
  await fill.fillTo(reached.size === 0 ? await fill.ends() : reached, 'fill');
  // Beside each other: most of the work on one table is done by one processor.
  await Promise.all(complete.map((ofTable) => rebuilt.transaction((sql) => script(sql, ofTable))));
};

const catchUp = async ({ live, fill }: Rebuild): Promise<void> => {
  for (let round = 0; round < CATCH_UP_ROUNDS_MAX; round += 1) {
    const targets = targetsOf(await PROJECTION_CHECKPOINTS.loadAll(live));
    if (fill.recordsTo(targets) <= CLOSE_RECORDS) return;
    await fill.fillTo(targets, 'upsert');
  }
};

/** The live tables go on: a snapshot of them is compared, at the checkpoints it holds. */
const compare = ({ live, rebuilt, fill }: Rebuild): Promise<readonly TableComparison[]> =>
  live.transaction(async (snapshot) => {
    await script(snapshot, SNAPSHOT);
    const reached = await PROJECTION_CHECKPOINTS.loadAll(snapshot);
    const targets = targetsOf(reached);
    if (fill.isAheadOf(targets)) return [];
    await fill.fillTo(targets, 'upsert');
    requireSameLog(reached, fill);
    return compareTables({ live: snapshot, rebuilt });
  });

const requireSameLog = (reached: readonly Checkpoint[], fill: GenerationFill): void => {
  for (const { partition, offset, claim, seq } of reached) {
    const passed = fill.checkpointOf(partition);
    if (passed?.offset === offset && passed.claim === claim && passed.seq === seq) continue;
    const there = passed === null ? 'nothing' : `claim ${passed.claim} seq ${passed.seq}`;
    throw new LogWentBack(
      partition,
      `the read models passed claim ${claim} seq ${seq}, offset ${offset} holds ${there}`,
    );
  }
};

/**
 * The locked checkpoints hold back the projectors; so the new generation never stands behind what readers have seen.
 * The next compare-and-set of a projector finds other tables: `moved`, and it forgets what it has written before.
 */
const replace = async ({ options, live, fill }: Rebuild): Promise<void> => {
  await fill.fillTo(await fill.ends(), 'upsert');
  await live.transaction(async (sql: Sql) => {
    await script(sql, FREEZE);
    await fill.fillTo(targetsOf(await PROJECTION_CHECKPOINTS.loadAll(sql)), 'upsert');
    await script(sql, swapStatements(options.schema));
  });
};
