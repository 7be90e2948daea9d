import { statement, type Sql } from '../db/database.js';
import type { Checkpoint, CheckpointSource } from '../log/checkpoint.js';

const COLUMNS = 'partition, "offset", claim, seq, time_ms, command_offset, command_id';
const LOAD = statement('load_provider_checkpoint', `select ${COLUMNS} from provider_checkpoints where partition = $1`);
const BEGIN = statement(
  'begin_provider_checkpoint',
  `insert into provider_checkpoints (${COLUMNS}) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (partition) do nothing returning partition`,
);
const ADVANCE = statement(
  'advance_provider_checkpoint',
  `update provider_checkpoints
   set "offset" = $2, claim = $3, seq = $4, time_ms = $5, command_offset = $6, command_id = $7
   where partition = $1 and "offset" = $8 and claim = $9 and seq = $10 returning partition`,
);

/** Where `providers` stands in each partition of the events topic. */
export class ProviderCheckpoints implements CheckpointSource {
  constructor(private readonly sql: Sql) {}

  async load(partition: number): Promise<Checkpoint | null> {
    const [row] = await this.sql.query<CheckpointRow>(LOAD, [partition]);
    return row === undefined ? null : checkpointOfRow(row);
  }

  /** Compare-and-set, in the transaction of the rows: false when the stored checkpoint is not `previous`. */
  async advance(previous: Checkpoint | null, next: Checkpoint): Promise<boolean> {
    const values = [next.partition, next.offset, next.claim, next.seq, next.timeMs, next.commandOffset, next.commandId];
    const moved =
      previous === null
        ? await this.sql.query(BEGIN, values)
        : await this.sql.query(ADVANCE, [...values, previous.offset, previous.claim, previous.seq]);
    return moved.length === 1;
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
