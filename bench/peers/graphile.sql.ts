export interface Accepted {
  readonly id: string;
  readonly orgId: string;
  readonly personId: string;
  readonly field: string;
}

export interface Finished {
  readonly id: string;
  readonly orgId: string;
  readonly result: string;
}

/** Rows and indexes as the service has them for the same work: enrichments, credit_entries, credit_accounts. */
export const SCHEMA = `
create schema if not exists peer_graphile;
create table if not exists peer_graphile.requests (
  id uuid primary key, org_id text not null, person_id uuid not null, field text not null, status text not null,
  result json, created_at timestamptz not null default now(), updated_at timestamptz not null default now()
) with (fillfactor = 85);
create unique index if not exists requests_by_person on peer_graphile.requests (org_id, person_id, field);
create table if not exists peer_graphile.accounts (
  org_id text primary key, balance bigint not null, entries bigint not null
) with (fillfactor = 70);
create table if not exists peer_graphile.ledger (
  org_id text not null, entry bigint not null, request_id uuid not null, type text not null, amount bigint not null,
  time timestamptz not null default now(), primary key (org_id, entry)
);`;

export const ACCEPT = {
  name: 'accept',
  text: `with accepted as (
    insert into peer_graphile.requests (id, org_id, person_id, field, status)
    select id, org_id, person_id, field, 'pending'
    from unnest($1::uuid[], $2::text[], $3::uuid[], $4::text[]) as given (id, org_id, person_id, field)
    on conflict (org_id, person_id, field) do nothing returning id, org_id, person_id
  )
  select count(*) from graphile_worker.add_jobs(array(
    select row('enrich', json_build_object('id', id, 'orgId', org_id, 'personId', person_id),
      null, null, null, null, null, null)::graphile_worker.job_spec
    from accepted
  ))`,
};

/** A job that runs twice finds its request finished: nothing is charged again. */
export const FINISH = {
  name: 'finish',
  text: `with done as (
    select * from unnest($1::uuid[], $2::text[], $3::text[]) as given (id, org_id, result)
  ), finished as (
    update peer_graphile.requests request set status = 'finished', result = done.result::json, updated_at = now()
    from done where request.id = done.id and request.status = 'pending' returning request.id, request.org_id
  ), sums as (
    select org_id, count(*) as entries from finished group by org_id
  ), moved as (
    update peer_graphile.accounts account
    set balance = balance - sums.entries * $4::bigint, entries = account.entries + sums.entries
    from sums where account.org_id = sums.org_id
    returning account.org_id, account.entries - sums.entries as entries_before
  )
  insert into peer_graphile.ledger (org_id, entry, request_id, type, amount)
  select org_id, entries_before + row_number() over (partition by org_id order by id), id, 'capture', -$4::bigint
  from finished join moved using (org_id)`,
};
