import { invariant } from '../domain/kernel/errors.js';
import type { Checkpoint, CheckpointSource, Move } from '../log/checkpoint.js';
import { columnOf, type ArrayParameter } from './array-parameter.js';
import { statement, type Sql, type Statement } from './database.js';
import { unnested } from './unnested.js';

const COLUMNS = 'partition, "offset", claim, seq, time_ms, command_offset, command_id';

/** A compare-and-set of positions as common table expressions; `advanced` has rows when it succeeds. */
export interface Advance {
  readonly name: 'begin' | 'advance';
  readonly text: string;
  /** `$1` is the first. */
  readonly values: readonly unknown[];
}

/** The SQL of one table of positions; most roles store them in the statement that stores their rows. */
export class CheckpointTable {
  private readonly loadOne: Statement;
  private readonly loadEvery: Statement;
  private readonly beginText: string;
  private readonly advanceText: string;
  private readonly moveOne: Readonly<Record<Advance['name'], Statement>>;

  constructor(table: string) {
    this.loadOne = statement(`load_${table}`, `select ${COLUMNS} from ${table} where partition = $1`);
    this.loadEvery = statement(`load_all_${table}`, `select ${COLUMNS} from ${table} order by partition`);
    this.beginText = beginSql(table);
    this.advanceText = advanceSql(table);
    const alone = (name: Advance['name'], text: string): Statement =>
      statement(`${name}_${table}`, `with ${text} select generation from advanced`);
    this.moveOne = { begin: alone('begin', this.beginText), advance: alone('advance', this.advanceText) };
  }

  async load(sql: Sql, partition: number): Promise<Checkpoint | null> {
    const [row] = await sql.query<CheckpointRow>(this.loadOne, [partition]);
    return row === undefined ? null : checkpointOfRow(row);
  }

  /** Of every partition that has one. */
  async loadAll(sql: Sql): Promise<readonly Checkpoint[]> {
    return (await sql.query<CheckpointRow>(this.loadEvery)).map(checkpointOfRow);
  }

  /**
   * Moves one position that there is not yet, or any number that there are: all or none. `advanced` answers the oid of
   * the table; `generation` is the one it must still have (a rebuild swaps tables), null: whichever it is.
   */
  advanceOf(moves: readonly Move[], generation: number | null = null): Advance {
    if (moves.every(({ previous }) => previous !== null)) {
      return { name: 'advance', text: this.advanceText, values: [...columnsOf(moves), generation] };
    }
    const [only] = moves;
    invariant(only !== undefined && moves.length === 1, 'a position begins in a statement of its own');
    return { name: 'begin', text: this.beginText, values: valuesOf(only.next) };
  }

  /** The position alone, in a transaction of the caller: false when it is not `move.previous`. */
  async advance(sql: Sql, move: Move): Promise<boolean> {
    const { name, values } = this.advanceOf([move]);
    return (await sql.query(this.moveOne[name], values)).length === 1;
  }

  /** Where a follower begins. */
  sourceIn(sql: Sql): CheckpointSource {
    return { load: (partition) => this.load(sql, partition) };
  }
}

const beginSql = (table: string): string => `advanced as (
  insert into ${table} (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (partition) do nothing returning partition, tableoid as generation)`;

const MOVE_COLUMNS = {
  partition: 'int',
  '"offset"': 'bigint',
  claim: 'text',
  seq: 'bigint',
  time_ms: 'bigint',
  command_offset: 'bigint',
  command_id: 'text',
  old_offset: 'bigint',
  old_claim: 'text',
  old_seq: 'bigint',
} as const;

/** `held` locks the positions that stand where they should, in an order that all processes share. */
const advanceSql = (table: string): string => `moves as ${unnested(MOVE_COLUMNS)},
held as materialized (
  select c.partition from ${table} c join moves using (partition)
  where c."offset" = moves.old_offset and c.claim = moves.old_claim and c.seq = moves.old_seq
    and ($11::oid is null or c.tableoid = $11)
  order by c.partition for update of c),
advanced as (
  update ${table} c set "offset" = moves."offset", claim = moves.claim, seq = moves.seq, time_ms = moves.time_ms,
    command_offset = moves.command_offset, command_id = moves.command_id
  from moves where c.partition = moves.partition and (select count(*) from held) = (select count(*) from moves)
  returning c.partition, c.tableoid as generation)`;

interface CheckpointRow {
  readonly partition: number;
  readonly offset: string;
  readonly claim: string;
  readonly seq: string;
  readonly time_ms: string;
  readonly command_offset: string;
  readonly command_id: string;
}

const checkpointOfRow = (row: CheckpointRow): Checkpoint => ({
  partition: row.partition,
  offset: BigInt(row.offset),
  claim: row.claim,
  seq: Number(row.seq),
  timeMs: Number(row.time_ms),
  commandOffset: BigInt(row.command_offset),
  commandId: row.command_id,
});

const valuesOf = (checkpoint: Checkpoint): readonly unknown[] => [
  checkpoint.partition,
  checkpoint.offset,
  checkpoint.claim,
  checkpoint.seq,
  checkpoint.timeMs,
  checkpoint.commandOffset,
  checkpoint.commandId,
];

/** Of `COLUMNS`, then of what the position was before: offset, claim, seq. */
const columnsOf = (moves: readonly Move[]): readonly ArrayParameter[] => [
  columnOf('int', moves, ({ next }) => next.partition),
  columnOf('bigint', moves, ({ next }) => next.offset),
  columnOf('text', moves, ({ next }) => next.claim),
  columnOf('bigint', moves, ({ next }) => next.seq),
  columnOf('bigint', moves, ({ next }) => next.timeMs),
  columnOf('bigint', moves, ({ next }) => next.commandOffset),
  columnOf('text', moves, ({ next }) => next.commandId),
  columnOf('bigint', moves, ({ previous }) => previous?.offset),
  columnOf('text', moves, ({ previous }) => previous?.claim),
  columnOf('bigint', moves, ({ previous }) => previous?.seq),
];
