import { statement, type Sql } from '../db/database.js';

/** A process that has not been seen for three beats no longer counts. */
const LIVE_SECONDS = 15;
const FORGET_SECONDS = 300;
export const BEAT_EVERY_MS = 5_000;

const BEAT = statement(
  'providers_beat',
  `with beat as (
     insert into rate_shares (process_id, roles, seen_at) values ($1, '{providers}', now())
     on conflict (process_id) do update set seen_at = now()
   ), forgotten as (
     delete from rate_shares where seen_at < now() - interval '${FORGET_SECONDS} seconds' and process_id <> $1
   )
   select count(*)::int as others from rate_shares
   where 'providers' = any (roles) and seen_at > now() - interval '${LIVE_SECONDS} seconds' and process_id <> $1`,
);
const LEAVE = statement('providers_leave', 'delete from rate_shares where process_id = $1');

/** Counts the processes that call vendors, so that together they keep to the rates that vendors allow. */
export class LiveProcesses {
  private live = 1;

  constructor(
    private readonly sql: Sql,
    private readonly processId: string,
  ) {}

  /** This process included; as of the last beat. */
  get count(): number {
    return this.live;
  }

  async beat(): Promise<void> {
    const [row] = await this.sql.query<{ others: number }>(BEAT, [`providers/${this.processId}`]);
    this.live = 1 + (row?.others ?? 0);
  }

  async leave(): Promise<void> {
    await this.sql.query(LEAVE, [`providers/${this.processId}`]);
  }
}
