import { statement, type Sql } from '../db/database.js';

/** A process that has not been seen for three beats no longer counts. */
const LIVE_SECONDS = 15;
const FORGET_SECONDS = 300;
export const BEAT_EVERY_MS = 5_000;

const BEAT = statement(
  'live_processes_beat',
  `with beat as (
     insert into rate_shares (process_id, roles, seen_at) values ($1, $2, now())
     on conflict (process_id) do update set seen_at = now()
   ), forgotten as (
     delete from rate_shares where seen_at < now() - interval '${FORGET_SECONDS} seconds' and process_id <> $1
   )
   select role, count(*)::int as others from rate_shares, unnest(roles) as role
   where seen_at > now() - interval '${LIVE_SECONDS} seconds' and process_id <> $1
   group by role`,
);
const LEAVE = statement('live_processes_leave', 'delete from rate_shares where process_id = $1');

export interface LiveProcess {
  readonly processId: string;
  readonly roles: readonly string[];
}

/** Counts the processes of each role, so that together they keep to rates that hold for all of them. */
export class LiveProcesses {
  private others: ReadonlyMap<string, number> = new Map();

  constructor(
    private readonly sql: Sql,
    private readonly own: LiveProcess,
  ) {}

  /** Processes of the role, this one included; as of the last beat. */
  count(role: string): number {
    return 1 + (this.others.get(role) ?? 0);
  }

  async beat(): Promise<void> {
    const { processId, roles } = this.own;
    const rows = await this.sql.query<{ role: string; others: number }>(BEAT, [processId, roles]);
    this.others = new Map(rows.map(({ role, others }) => [role, others]));
  }

  async leave(): Promise<void> {
    await this.sql.query(LEAVE, [this.own.processId]);
  }
}
