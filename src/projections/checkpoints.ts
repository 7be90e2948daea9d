import { statement, type Sql } from '../db/database.js';
import type { Checkpoint, CheckpointSource } from '../log/checkpoint.js';

const COLUMNS = 'partition, "offset", claim, seq, time_ms, command_offset, command_id';
const LOAD = statement('load_checkpoint', `select ${COLUMNS} from projection_checkpoints where partition = $1`);
const LOAD_ALL = statement('load_checkpoints', `select ${COLUMNS} from projection_checkpoints order by partition`);
const BEGIN = statement(
  'begin_checkpoint',
  `insert into projection_checkpoints (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (partition) do nothing returning partition`,
);
const ADVANCE = statement(
  'advance_checkpoint',
  `update projection_checkpoints set "offset" = $2, claim = $3, seq = $4, time_ms = $5, command_offset = $6, command_id = $7
   where partition = $1 and "offset" = $8 and claim = $9 and seq = $10 returning partition`,
);

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

  /**
   * Compare-and-set: false when the stored checkpoint is not `previous` (somebody else projects the partition, the
   * database failed over, or a rebuilt generation was swapped in). Its row lock keeps other projectors of the
   * partition out until the transaction ends.
   */
  async advance(previous: Checkpoint | null, next: Checkpoint): Promise<boolean> {
    const values = valuesOf(next);
    const updated =
      previous === null
        ? await this.sql.query(BEGIN, values)
        : await this.sql.query(ADVANCE, [...values, previous.offset, previous.claim, previous.seq]);
    return updated.length === 1;
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
