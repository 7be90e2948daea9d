import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import pg from 'pg';
import { collectDefaultMetrics, register } from 'prom-client';

/** What every peer process is told. */
export interface PeerSettings {
  readonly databaseUrl: string;
  /** Of the service: its API keys are the peer's as well, so that both check the same credentials. */
  readonly serviceSchema: string;
  readonly port: number;
}

export const peerSettings = (): PeerSettings => ({
  databaseUrl: process.env.DATABASE_URL ?? '',
  serviceSchema: process.env.DATABASE_SCHEMA ?? '',
  port: Number(process.env.PORT),
});

/** `synchronous_commit=on` and named statements, as the durable side of the service has them. */
export const openPool = ({ databaseUrl }: PeerSettings, max: number): pg.Pool =>
  new pg.Pool({ connectionString: databaseUrl, max, min: max, options: '-c synchronous_commit=on' });

export interface KeyOwner {
  readonly orgId: string;
  readonly createdBy: string;
}

interface StoredKey extends KeyOwner {
  readonly secretHash: Buffer;
}

const API_KEY = /^Bearer tk_(?:live|test)_([0-9a-f]{16})_([0-9a-f]{48})$/;

/** The same work per request as the service's: parse, look up in memory, salted SHA-256, compare in constant time. */
export class PeerKeys {
  private readonly keys = new Map<string, StoredKey>();
  private salt: Buffer | null = null;

  constructor(
    private readonly pool: pg.Pool,
    private readonly schema: string,
  ) {}

  async ownerOf(request: FastifyRequest): Promise<KeyOwner | null> {
    const match = API_KEY.exec(request.headers.authorization ?? '');
    const [, id = '', secret = ''] = match ?? [];
    const key = this.keys.get(id) ?? (await this.load(id));
    if (key === null || this.salt === null) return null;
    const shown = createHash('sha256').update(this.salt).update(secret).digest();
    return timingSafeEqual(shown, key.secretHash) ? key : null;
  }

  private async load(id: string): Promise<StoredKey | null> {
    this.salt ??= (await this.pool.query(`select key_salt from ${this.schema}.installation`)).rows[0]
      .key_salt as Buffer;
    const { rows } = await this.pool.query(
      `select org_id as "orgId", 'key:' || id as "createdBy", secret_hash as "secretHash"
       from ${this.schema}.api_keys where id = $1`,
      [id],
    );
    const key = (rows[0] as StoredKey | undefined) ?? null;
    if (key !== null) this.keys.set(id, key);
    return key;
  }
}

export interface Target {
  readonly Params: { readonly personId: string };
  readonly Querystring: { readonly field: 'emails' | 'phones' };
}

/** Checked by fastify's own compiled ajv schema. */
export const TARGET = {
  params: { type: 'object', required: ['personId'], properties: { personId: { type: 'string', format: 'uuid' } } },
  querystring: {
    type: 'object',
    required: ['field'],
    properties: { field: { enum: ['emails', 'phones'] } },
    additionalProperties: false,
  },
} as const;

export const ROUTE = '/api/v1/operations/enrichment/:personId';

/** Listens, and ends on SIGTERM. `/metrics` are those that the service has of its process. */
export const servePeer = async (
  { port }: PeerSettings,
  prepare: (app: FastifyInstance) => void,
  close: () => Promise<unknown>,
): Promise<void> => {
  const app = Fastify();
  app.get('/health/live', () => ({ status: 'live' }));
  collectDefaultMetrics();
  app.get('/metrics', () => register.metrics());
  prepare(app);
  process.once('SIGTERM', () => {
    void app
      .close()
      .then(close)
      .then(() => process.exit(0));
  });
  await app.listen({ port, host: '127.0.0.1' });
};

/** Time first, so that primary keys grow in insertion order. */
export const uuidV7 = (): string => {
  const time = Date.now().toString(16).padStart(12, '0');
  const random = randomBytes(10).toString('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-a${random.slice(3, 6)}-${random.slice(6, 18)}`;
};

/** What an accepted one looks like: the same properties as the service's answer. */
export const pendingBody = (
  id: string,
  { orgId, createdBy }: KeyOwner,
  { personId, field }: { personId: string; field: string },
) => {
  const now = new Date().toISOString();
  return {
    id,
    createdAt: now,
    updatedAt: now,
    entityId: personId,
    entityType: 'person',
    field,
    status: 'pending',
    error: null,
    dataFound: null,
    createdBy,
    orgId,
    globalEnrichmentId: null,
    creditTransactionId: null,
    creditReservationId: id,
    receipt: null,
  };
};
