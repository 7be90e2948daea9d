import type { ArrayParameter } from '../db/array-parameter.js';
import { statement, type Statement } from '../db/database.js';
import type { Advance } from '../db/checkpoint-table.js';
import { unnested } from '../db/unnested.js';
import { HELD, inMs, KEY_COLUMNS, KEYS } from './attempt-queue.statements.js';

/** What batches of events do to the table, one array per column; null: nothing of that kind. */
export interface ChangeArrays {
  readonly ended: readonly ArrayParameter[] | null;
  readonly advanced: readonly ArrayParameter[] | null;
  readonly opened: readonly ArrayParameter[] | null;
}

/** Of the rows that the statement answers: one `position` when the positions moved, then the rows it leased. */
export type ApplyKind = 'position' | 'advanced' | 'opened';

const ONLY_IF_MOVED = 'exists (select from advanced)';
/** The columns of `HELD` and the lease, as nothing: a union's parts are alike. */
const NOTHING_HELD = `null::smallint as partition, null as org_id, null as correlation_id, null as field,
  null as plan_json, null::text[] as identities, null as key_id, null as sealed, null::float8 as deadline_ms,
  null::int as step, null as provider, null::float8 as started_ms, null::int as calls, null::int as tries,
  null as vendor_ref`;

const endSql = (first: number): string => `delete from attempts a using ${KEYS(first)}
  where a.enrichment_id = given.enrichment_id and a.attempt <= given.attempt and ${ONLY_IF_MOVED}`;

const NEXT_COLUMNS = {
  ...KEY_COLUMNS,
  step: 'int',
  provider: 'text',
  due_ms: 'int',
  leased: 'boolean',
} as const;
const nextSql = (first: number, owner: number): string => `update attempts a set attempt = given.attempt,
    step = given.step, provider = given.provider, due_at = ${inMs('given.due_ms')},
    lease_owner = case when given.leased then $${owner}::text end,
    started_at = null, called_at = null, calls = 0, tries = 0, vendor_ref = null, answer_json = null, sends = 0
  from ${unnested(NEXT_COLUMNS, first)} as given
  where a.enrichment_id = given.enrichment_id and a.attempt < given.attempt and ${ONLY_IF_MOVED}
  returning ${HELD}, a.lease_owner`;

const OPEN_COLUMNS = {
  ...NEXT_COLUMNS,
  partition: 'smallint',
  org_id: 'text',
  correlation_id: 'text',
  field: 'text',
  plan_json: 'text',
  identities: 'text',
  key_id: 'text',
  sealed: 'text',
  deadline_ms: 'double precision',
} as const;
const openSql = (first: number, owner: number): string => `insert into attempts as a (enrichment_id, partition, org_id,
    correlation_id, field, plan_json, identities, key_id, sealed, deadline_at, attempt, step, provider, due_at, lease_owner)
  select enrichment_id, partition, org_id, correlation_id, field, plan_json, identities::text[], key_id,
    sealed, to_timestamp(deadline_ms / 1000), attempt, step, provider, ${inMs('due_ms')},
    case when leased then $${owner}::text end
  from ${unnested(OPEN_COLUMNS, first)} as given
  where ${ONLY_IF_MOVED}
  on conflict (enrichment_id) do nothing returning a.enrichment_id, a.attempt, a.lease_owner`;

/** One statement per way to move the positions and per set of kinds: 16 at most. */
const statements = new Map<string, Statement>();

export const applyStatement = (advance: Advance, changes: ChangeArrays): Statement => {
  const kinds = (['ended', 'advanced', 'opened'] as const).filter((kind) => changes[kind] !== null);
  const name = `attempts_${advance.name}_${kinds.join('_')}`;
  const known = statements.get(name);
  if (known !== undefined) return known;
  const built = statement(name, sqlOf(advance, changes));
  statements.set(name, built);
  return built;
};

const sqlOf = ({ text, values }: Advance, { ended, advanced, opened }: ChangeArrays): string => {
  const owner = values.length + 1;
  const endFirst = owner + 1;
  const nextFirst = endFirst + (ended?.length ?? 0);
  const openFirst = nextFirst + (advanced?.length ?? 0);
  const parts = [
    text,
    ...(ended === null ? [] : [`end_rows as (${endSql(endFirst)})`]),
    ...(advanced === null ? [] : [`next_rows as (${nextSql(nextFirst, owner)})`]),
    ...(opened === null ? [] : [`open_rows as (${openSql(openFirst, owner)})`]),
  ];
  const bare = (kind: ApplyKind, key: string, from: string): string =>
    `select '${kind}' as kind, ${key}, ${advanced === null ? '' : `${NOTHING_HELD}, `}$${owner}::text as lease_owner from ${from}`;
  const selects = [
    bare('position', 'null::uuid as enrichment_id, null::int as attempt', '(select from advanced limit 1) as one'),
    ...(opened === null ? [] : [bare('opened', 'enrichment_id, attempt', 'open_rows where lease_owner is not null')]),
    ...(advanced === null
      ? []
      : [
          `select 'advanced', enrichment_id, attempt, ${HELD_NAMES}, lease_owner from next_rows where lease_owner is not null`,
        ]),
  ];
  return `with ${parts.join(',\n')}\n${selects.join('\nunion all\n')}`;
};

const HELD_NAMES = `partition, org_id, correlation_id, field, plan_json, identities, key_id, sealed, deadline_ms, step, provider,
  started_ms, calls, tries, vendor_ref`;
