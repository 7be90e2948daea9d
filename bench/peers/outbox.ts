import {
  openPool,
  peerSettings,
  pendingBody,
  PeerKeys,
  ROUTE,
  servePeer,
  TARGET,
  uuidV7,
  type Target,
} from './server.js';

/**
 * Peer of a single accept: fastify, and one named statement that inserts the request and its outbox row. Everything
 * else (relay, reservation of credits, lookups, read model) is left for later, while the service does it in the run.
 */
const POOL_MAX = 16;

const SCHEMA = `
create schema if not exists peer_outbox;
create table if not exists peer_outbox.requests (
  id uuid primary key, org_id text not null, person_id uuid not null, field text not null, status text not null,
  created_by text not null, created_at timestamptz not null default now()
);
create unique index if not exists requests_by_person on peer_outbox.requests (org_id, person_id, field);
create table if not exists peer_outbox.outbox (
  id bigint generated always as identity primary key, request_id uuid not null, org_id text not null,
  type text not null, payload json not null, created_at timestamptz not null default now()
);`;

const ACCEPT = {
  name: 'accept',
  text: `with accepted as (
    insert into peer_outbox.requests (id, org_id, person_id, field, status, created_by)
    values ($1, $2, $3, $4, 'pending', $5) on conflict (org_id, person_id, field) do nothing returning id, org_id
  )
  insert into peer_outbox.outbox (request_id, org_id, type, payload)
  select id, org_id, 'EnrichmentRequested', $6 from accepted`,
};

const settings = peerSettings();
const pool = openPool(settings, POOL_MAX);
const keys = new PeerKeys(pool, settings.serviceSchema);
await pool.query(SCHEMA);

await servePeer(
  settings,
  (app) =>
    app.post<Target>(ROUTE, { schema: TARGET }, async (request, reply) => {
      const owner = await keys.ownerOf(request);
      if (owner === null) return reply.code(401).send();
      const target = { personId: request.params.personId, field: request.query.field };
      const body = pendingBody(uuidV7(), owner, target);
      const values = [body.id, owner.orgId, target.personId, target.field, owner.createdBy, JSON.stringify(body)];
      await pool.query({ ...ACCEPT, values });
      return body;
    }),
  () => pool.end(),
);
