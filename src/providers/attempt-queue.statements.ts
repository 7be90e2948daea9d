import { statement } from '../db/database.js';
import { unnested } from '../db/unnested.js';
import { LEASE_MS, RESEND_FIRST_MS, RESEND_MS_MAX } from './attempt-queue.js';

export const HELD = `a.enrichment_id, a.partition, a.org_id, a.correlation_id, a.field, a.plan_json, a.identities, a.key_id, a.sealed,
  (extract(epoch from a.deadline_at) * 1000)::float8 as deadline_ms, a.attempt, a.step, a.provider,
  (extract(epoch from a.started_at) * 1000)::float8 as started_ms, a.calls, a.tries, a.vendor_ref`;
const ANSWERED = `a.org_id, a.correlation_id, (extract(epoch from a.deadline_at) * 1000)::float8 as deadline_ms, a.answer_json`;
const KEY = 'a.enrichment_id, a.attempt';
export const inMs = (ms: string): string => `now() + ${ms} * interval '1 millisecond'`;
const LEASED_UNTIL = inMs(String(LEASE_MS));

export const KEY_COLUMNS = { enrichment_id: 'uuid', attempt: 'int' } as const;
export const KEYS = (first: number): string => `${unnested(KEY_COLUMNS, first)} as given`;
const SAME = 'a.enrichment_id = given.enrichment_id and a.attempt = given.attempt';
// Rows come and go too fast for the planner's statistics; ballast in the table keeps them from saying "empty" (ADR 14).
// `coalesce` tells it nothing: otherwise it takes a partial index, or believes that one row is ours, and compares every row
// of the table with every one that is given.
const OURS = `${SAME} and coalesce(a.lease_owner = $1 and a.answer_json is null, false)`;

// As an array: the locking select runs once, and the update goes by primary key.
export const TAKE_DUE = statement(
  'attempts_take_due',
  `update attempts a set lease_owner = $1, due_at = ${LEASED_UNTIL}
   where a.enrichment_id = any (array(
     select due.enrichment_id from ${unnested({ provider: 'text', room: 'int' }, 2)} as lane
     cross join lateral (
       select enrichment_id from attempts
       where provider = lane.provider and answer_json is null and due_at <= now()
       order by due_at limit lane.room for update skip locked
     ) due
   )) returning ${HELD}`,
);
export const TAKE_UNKNOWN = statement(
  'attempts_take_unknown',
  `update attempts a set lease_owner = $1, due_at = ${LEASED_UNTIL}
   where a.enrichment_id = any (array(
     select enrichment_id from attempts
     where provider <> all ($2::text[]) and answer_json is null and due_at <= now()
     limit $3 for update skip locked
   )) returning ${HELD}`,
);
export const TAKE_ANSWERED = statement(
  'attempts_take_answered',
  `update attempts a set sends = a.sends + 1,
     due_at = ${inMs(`least(${RESEND_FIRST_MS} * power(2, least(a.sends + 1, 20)), ${RESEND_MS_MAX})`)}
   where a.enrichment_id = any (array(
     select enrichment_id from attempts where answer_json is not null and due_at <= now()
     order by due_at limit $1 for update skip locked
   )) returning ${ANSWERED}`,
);
export const MARK_CALLED = statement(
  'attempts_mark_called',
  `update attempts a set called_at = now(), calls = a.calls + 1, started_at = coalesce(a.started_at, now())
   from ${KEYS(2)} where ${OURS} returning ${KEY}`,
);
export const STORE_ANSWERS = statement(
  'attempts_store_answers',
  `update attempts a set answer_json = given.answer_json, due_at = ${inMs(String(RESEND_FIRST_MS))}
   from ${unnested({ ...KEY_COLUMNS, answer_json: 'text' }, 2)} as given
   where ${OURS} returning ${KEY}`,
);
const PARKED = {
  ...KEY_COLUMNS,
  delay_ms: 'double precision',
  started_ms: 'double precision',
  tries: 'int',
  vendor_ref: 'text',
  calls: 'int',
} as const;
export const PARK = statement(
  'attempts_park',
  `update attempts a set lease_owner = null, due_at = ${inMs('given.delay_ms')},
     started_at = to_timestamp(given.started_ms / 1000), tries = given.tries, vendor_ref = given.vendor_ref,
     calls = given.calls, called_at = case when given.calls > 0 then a.called_at end
   from ${unnested(PARKED, 2)} as given
   where ${OURS} returning ${KEY}`,
);
export const RENEW = statement(
  'attempts_renew',
  `update attempts a set due_at = ${LEASED_UNTIL} from ${KEYS(2)} where ${OURS} returning ${KEY}`,
);
export const RELEASE = statement(
  'attempts_release',
  `update attempts a set lease_owner = null, due_at = now() from ${KEYS(2)} where ${OURS}`,
);
export const ABANDON = statement('attempts_abandon', `delete from attempts a using ${KEYS(1)} where ${SAME}`);
