import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Read models: rebuilt from the log at any time, written only by `projections`. */
export const READ_MODELS = `
create table enrichments (
  id uuid primary key, org_id text not null, person_id uuid not null, field text not null, options_hash text not null,
  operation_type text not null, created_by text not null, dialect text not null, status text not null, outcome text,
  error text, data_found boolean, waterfall_id text not null, waterfall_version int not null, pending jsonb,
  lines jsonb not null, price_list_version text not null,
  reserved bigint not null, captured bigint not null, released bigint not null,
  reservation_id uuid not null, transaction_id uuid, global_enrichment_id text,
  verification text, key_id text, sealed text,
  created_at timestamptz not null, updated_at timestamptz not null, deadline_at timestamptz not null,
  partition smallint not null, seq bigint not null
) with (fillfactor = 85);
create index enrichments_by_person on enrichments (org_id, person_id, field, created_at desc, id desc);
create table credit_accounts (
  org_id text primary key, balance bigint not null, reserved bigint not null, entry bigint not null, hash text not null,
  grants jsonb not null, updated_at timestamptz not null, partition smallint not null, seq bigint not null
) with (fillfactor = 70);
create table credit_entries (
  org_id text not null, entry bigint not null, type text not null, amount bigint not null, reserved_delta bigint not null,
  reservation_id uuid, enrichment_id uuid, transaction_id uuid, operation_type text, provider text, source text,
  reference_id text, reason text, grants jsonb not null, balance_after bigint not null, available_after bigint not null,
  time timestamptz not null, prev_hash text not null, hash text not null, event_id text not null,
  partition smallint not null, seq bigint not null,
  primary key (org_id, entry)
);
create table persons (
  org_id text not null, id uuid not null, key_id text not null, sealed text not null, identities text[] not null,
  source text not null, created_at timestamptz not null, updated_at timestamptz not null,
  partition smallint not null, seq bigint not null,
  primary key (org_id, id)
) with (fillfactor = 85);
create index persons_in_order on persons (org_id, created_at, id);
create table known_contacts (
  identity_hash text not null, field text not null, cache_id text not null, provider text not null,
  verification text not null, key_id text not null, sealed text not null, verified_at timestamptz not null,
  time timestamptz not null, partition smallint not null, seq bigint not null,
  primary key (identity_hash, field)
);
create table attempt_log (
  enrichment_id uuid not null, attempt int not null, step int not null, org_id text not null, provider text not null,
  outcome text not null, reason text, vendor_price double precision, verification text, values_found int not null,
  late boolean not null, started_at timestamptz not null, latency_ms int not null,
  partition smallint not null, seq bigint not null,
  primary key (enrichment_id, attempt, step, seq)
);
create table projection_checkpoints (
  partition smallint primary key, "offset" bigint not null, claim text not null, seq bigint not null,
  time_ms bigint not null, command_offset bigint not null, command_id text not null
);`;

const DECIDER = `
create table aggregates (
  stream text primary key, partition smallint not null, seq bigint not null, state_version smallint not null,
  due_at timestamptz, state json not null
) with (fillfactor = 80);
create index aggregates_due on aggregates (partition, due_at) where due_at is not null;
create table decider_checkpoints (
  partition smallint primary key, "offset" bigint not null, claim text not null, seq bigint not null,
  time_ms bigint not null, command_offset bigint not null, command_id text not null
);`;

const PROVIDERS = `
create table attempts (
  enrichment_id uuid primary key, partition smallint not null, org_id text not null, correlation_id text not null,
  field text not null, plan json not null, identities text[] not null, key_id text not null, sealed text not null,
  deadline_at timestamptz not null,
  attempt int not null, step int not null, provider text not null,
  due_at timestamptz not null, lease_owner text, started_at timestamptz,
  called_at timestamptz, calls int not null default 0, tries int not null default 0, vendor_ref text,
  answer json, sends int not null default 0
) with (fillfactor = 60);
create index attempts_open on attempts (provider, due_at) where answer is null;
create index attempts_answered on attempts (due_at) where answer is not null;
create table provider_checkpoints (
  partition smallint primary key, "offset" bigint not null, claim text not null, seq bigint not null,
  time_ms bigint not null, command_offset bigint not null, command_id text not null
);
create table rate_shares (
  process_id text primary key, roles text[] not null, seen_at timestamptz not null
);`;

const CONFIGURATION = `
create table installation (
  only_row boolean primary key default true check (only_row), id uuid not null, key_salt bytea not null,
  master_key_check text not null, unit text not null, created_at timestamptz not null default now()
);
create table orgs (
  id text primary key, name text not null, sandbox_of text references orgs (id), created_at timestamptz not null default now()
);
create table api_keys (
  id text primary key, org_id text not null references orgs (id), mode text not null check (mode in ('live', 'test')),
  name text not null, secret_hash bytea not null, scopes text[] not null, expires_at timestamptz, revoked_at timestamptz,
  created_at timestamptz not null default now()
);
create index api_keys_by_org on api_keys (org_id, created_at);
create table person_keys (
  org_id text not null, identity_hash text not null, key_id text not null, wrapped_key bytea,
  created_at timestamptz not null default now(), destroyed_at timestamptz,
  primary key (org_id, identity_hash)
);
create unique index person_keys_by_id on person_keys (org_id, key_id);`;

export class Spine1763683200000 implements MigrationInterface {
  readonly name = 'Spine1763683200000';

  async up(runner: QueryRunner): Promise<void> {
    for (const part of [READ_MODELS, DECIDER, PROVIDERS, CONFIGURATION]) await runner.query(part);
  }

  async down(): Promise<void> {
    throw new Error('the first migration has nothing to go back to: drop the schema');
  }
}
