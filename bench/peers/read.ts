import { openPool, peerSettings, PeerKeys, ROUTE, servePeer, TARGET, type Target } from './server.js';

/** Peer of a GET: fastify and one named statement on a copy of the service's table, with the same index. */
const POOL_MAX = 4;

const NEWEST = {
  name: 'newest',
  text: `select id, org_id, person_id, field, status, error, data_found, created_by, created_at, updated_at,
      global_enrichment_id, transaction_id, reservation_id, price_list_version, lines,
      reserved::int, captured::int, released::int, refunded::int
    from peer_read.enrichments where org_id = $1 and person_id = $2 and field = $3
    order by created_at desc, id desc limit 1`,
};

interface Row {
  readonly id: string;
  readonly org_id: string;
  readonly person_id: string;
  readonly field: string;
  readonly status: string;
  readonly error: string | null;
  readonly data_found: boolean;
  readonly created_by: string;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly global_enrichment_id: string | null;
  readonly transaction_id: string;
  readonly reservation_id: string;
  readonly price_list_version: string;
  readonly lines: unknown;
  readonly reserved: number;
  readonly captured: number;
  readonly released: number;
  readonly refunded: number;
}

const bodyOf = (row: Row) => ({
  id: row.id,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
  entityId: row.person_id,
  entityType: 'person',
  field: row.field,
  status: row.status,
  error: row.error,
  dataFound: row.data_found,
  createdBy: row.created_by,
  orgId: row.org_id,
  globalEnrichmentId: row.global_enrichment_id,
  creditTransactionId: row.transaction_id,
  creditReservationId: row.reservation_id,
  receipt: {
    reserved: row.reserved,
    captured: row.captured,
    released: row.released,
    refunded: row.refunded,
    priceListVersion: row.price_list_version,
    fromCache: row.global_enrichment_id !== null,
    lines: row.lines,
  },
});

const settings = peerSettings();
const pool = openPool(settings, POOL_MAX);
const keys = new PeerKeys(pool, settings.serviceSchema);

await servePeer(
  settings,
  (app) =>
    app.get<Target>(ROUTE, { schema: TARGET }, async (request, reply) => {
      const owner = await keys.ownerOf(request);
      if (owner === null) return reply.code(401).send();
      const values = [owner.orgId, request.params.personId, request.query.field];
      const { rows } = await pool.query<Row>({ ...NEWEST, values });
      return rows[0] === undefined ? reply.code(404).send() : bodyOf(rows[0]);
    }),
  () => pool.end(),
);
