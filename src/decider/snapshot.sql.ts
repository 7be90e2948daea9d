import { CheckpointTable } from '../db/checkpoint-table.js';
import { statement } from '../db/database.js';
import { unnested } from '../db/unnested.js';

/** Where the snapshots stand, per partition. */
export const DECIDER_CHECKPOINTS = new CheckpointTable('decider_checkpoints');

/** Every other statement on `aggregates` and `decider_checkpoints`. Epoch ms go in and out as bigint. */
export interface StreamRow {
  readonly partition: number;
  readonly stream: string;
  readonly seq: string;
  readonly state_version: number;
  readonly state_json: string;
}
export interface DueRow extends StreamRow {
  readonly due_at_ms: string;
}
/** `stream` is null in the one row that says that nothing was found. */
export type LoadedRow = { readonly [K in keyof StreamRow]: StreamRow[K] | null } & { readonly unmoved: boolean };

const STREAM_COLUMNS = 'a.partition, a.stream, a.seq, a.state_version, a.state_json';
const TIMESTAMP = (ms: string): string => `to_timestamp(${ms}::bigint / 1000.0)`;

export const SELECT_RECENT = statement(
  'decider-recent',
  `select ${STREAM_COLUMNS} from aggregates a
   where a.partition = $1 and a.due_at > ${TIMESTAMP('$2')} and a.stream like 'recent/%' order by a.due_at`,
);

/** One statement, so that streams and checkpoint are of the same moment; one row at least, to say `unmoved`. */
export const SELECT_STREAMS = statement(
  'decider-load',
  `select coalesce(c."offset", -1) = $3 and coalesce(c.claim, '') = $4 and coalesce(c.seq, -1) = $5 as unmoved,
     ${STREAM_COLUMNS}
   from (select $1::smallint as partition) p
   left join decider_checkpoints c on c.partition = p.partition
   left join aggregates a on a.stream = any($2::text[])`,
);

export const UPSERT_STREAMS = statement(
  'decider-save',
  `insert into aggregates (partition, state_version, stream, seq, due_at, state_json)
   select $1, $2, stream, seq, ${TIMESTAMP('due_at')}, state_json
   from ${unnested({ stream: 'text', seq: 'bigint', due_at: 'bigint', state_json: 'text' }, 3)} as changed
   on conflict (stream) do update
   set state_version = excluded.state_version, seq = excluded.seq, due_at = excluded.due_at,
     state_json = excluded.state_json`,
);

export const SELECT_DUE = statement(
  'decider-due',
  `select ${STREAM_COLUMNS}, round(extract(epoch from a.due_at) * 1000)::bigint as due_at_ms from aggregates a
   where a.partition = any($1::smallint[]) and a.due_at <= ${TIMESTAMP('$2')}
     and (a.stream like 'enrichment/%' or a.stream like 'account/%')
   order by a.due_at limit $3`,
);

export const DELETE_EXPIRED = statement(
  'decider-prune',
  `delete from aggregates where stream = any(array(
     select stream from aggregates
     where partition = any($1::smallint[]) and due_at < ${TIMESTAMP('$2')}
       and (stream like 'request/%' or stream like 'recent/%')
     limit $3))
   returning 1`,
);

export const DELETE_CHECKPOINT = statement(
  'decider-discard-checkpoint',
  'delete from decider_checkpoints where partition = $1',
);
export const DELETE_STREAMS = statement('decider-discard-streams', 'delete from aggregates where partition = $1');
