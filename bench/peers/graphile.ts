import { createHash } from 'node:crypto';
import { run, Logger } from 'graphile-worker';
import { Batcher } from './batcher.js';
import { ACCEPT, FINISH, SCHEMA, type Accepted, type Finished } from './graphile.sql.js';
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
 * Peer of the whole way: fastify and graphile-worker in its batched form. Requests that arrive together are inserted
 * and queued by one statement, jobs are fetched 500 at a time and completed in batches, and all results that are
 * ready are written by one statement: result, ledger entry and balance.
 */
const POOL_MAX = 12;
const LOCAL_QUEUE = 500;
const CONCURRENT_JOBS = 256;
const BATCH_MAX = 500;
const PRICE = 1;

const settings = peerSettings();
const pool = openPool(settings, POOL_MAX);
const keys = new PeerKeys(pool, settings.serviceSchema);

const accepts = new Batcher<Accepted>(
  async (items) => {
    const columns = [items.map(({ id }) => id), items.map(({ orgId }) => orgId), items.map(({ personId }) => personId)];
    await pool.query({ ...ACCEPT, values: [...columns, items.map(({ field }) => field)] });
  },
  { itemsMax: BATCH_MAX, parallelMax: 4 },
);

/** One at a time: two statements that update the same balances would wait for each other, or deadlock. */
const finishes = new Batcher<Finished>(
  async (items) => {
    const columns = [items.map(({ id }) => id), items.map(({ orgId }) => orgId), items.map(({ result }) => result)];
    await pool.query({ ...FINISH, values: [...columns, PRICE] });
  },
  { itemsMax: BATCH_MAX, parallelMax: 1 },
);

/** The instant sandbox's answer: an address made from a hash of the person. */
const lookUp = (personId: string): string => {
  const digest = createHash('sha256').update(personId).digest('hex');
  return JSON.stringify({ emails: [{ value: `person.${digest.slice(0, 8)}@example.com`, status: 'deliverable' }] });
};

const preset = {
  worker: {
    connectionString: settings.databaseUrl,
    concurrentJobs: CONCURRENT_JOBS,
    maxPoolSize: POOL_MAX,
    localQueue: { size: LOCAL_QUEUE },
    completeJobBatchDelay: 0,
    failJobBatchDelay: 0,
  },
};

const worker = await run({
  preset,
  pgPool: pool,
  noHandleSignals: true,
  logger: new Logger(() => (level, message) => void (level === 'error' && console.error(message))),
  taskList: {
    enrich: async (payload) => {
      const { id, orgId, personId } = payload as { id: string; orgId: string; personId: string };
      await finishes.add({ id, orgId, result: lookUp(personId) });
    },
  },
});
await pool.query(SCHEMA);

await servePeer(
  settings,
  (app) =>
    app.post<Target>(ROUTE, { schema: TARGET }, async (request, reply) => {
      const owner = await keys.ownerOf(request);
      if (owner === null) return reply.code(401).send();
      const target = { personId: request.params.personId, field: request.query.field };
      const body = pendingBody(uuidV7(), owner, target);
      await accepts.add({ id: body.id, orgId: owner.orgId, ...target });
      return body;
    }),
  () => worker.stop().then(() => pool.end()),
);
