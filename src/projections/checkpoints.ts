import { statement, type Sql } from '../db/database.js';
import type { Checkpoint, CheckpointSource } from '../log/checkpoint.js';

const COLUMNS = 'partition, "offset", claim, seq, time_ms, command_offset, command_id';
const LOAD = statement('load_checkpoint', `select ${COLUMNS} from projection_checkpoints where partition = $1`);
const LOAD_ALL = statement('load_checkpoints', `select ${COLUMNS} from projection_checkpoints order by partition`);
const BEGIN = `insert into projection_checkpoints (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (partition) do nothing returning partition`;
const ADVANCE = `update projection_checkpoints set "offset" = $2, claim = $3, seq = $4, time_ms = $5, command_offset = $6,
  command_id = $7 where partition = $1 and "offset" = $8 and claim = $9 and seq = $10 returning partition`;

/** The compare-and-set as SQL with its parameters, `$1` the first; it returns a row when it succeeds. */
export interface Advance {
  readonly name: 'begin' | 'advance';
  readonly text: string;
  readonly values: readonly unknown[];
}

export const advanceOf = (checkpoints: {
  readonly previous: Checkpoint | null;
  readonly next: Checkpoint;
}): Advance => {
  const { previous, next } = checkpoints;
  if (previous === null) return { name: 'begin', text: BEGIN, values: valuesOf(next) };
  const { offset, claim, seq } = previous;
  return { name: 'advance', text: ADVANCE, values: [...valuesOf(next), offset, claim, seq] };
};

/** Where the read models stand, per partition. */
export class ProjectionCheckpoints implements CheckpointSource {
  constructor(private readonly sql: Sql) {}

  async load(partition: number): Promise<Checkpoint | null> {
    const [row] = await this.sql.query<CheckpointRow>(LOAD, [partition]);
    return row === undefined ? null : checkpointOfRow(row);
  }

  /** Of every partition that was ever projected. */
  async loadAll(): Promise<readonly Checkpoint[]> {
    return (await this.sql.query<CheckpointRow>(LOAD_ALL)).map(checkpointOfRow);
  }
}

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
