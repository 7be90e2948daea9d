import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { foundView, PERSON } from './views.js';

const EMAILS = `/api/v1/operations/enrichment/${PERSON}?field=emails`;
const AT = (partition: number, offset: bigint) => ({ partition, offset });
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeEach(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
afterEach(() => app.close());

const present = () => {
  world.newest = () => foundView(1_795_000_000_000);
};

describe('X-11 reads are never older than what the caller has seen', () => {
  it('waits for the position that is sent back, at most 1 s', async () => {
    present();
    const { status } = await call('GET', EMAILS, { headers: { 'x-tributary-position': '3:42' } });
    expect([status, world.waits]).toEqual([200, ['3:42 1000']]);
  });

  it('waits for what this process last answered to the org, for 60 s', async () => {
    present();
    world.answered.remember(ORG, AT(3, 41n));
    await call('GET', EMAILS);
    world.clock.advance(60_001);
    await call('GET', EMAILS);
    expect(world.waits).toEqual(['3:41 1000']);
  });

  it('looks at once when there is nothing to wait for', async () => {
    present();
    expect((await call('GET', EMAILS)).status).toBe(200);
    expect(world.waits).toEqual([]);
  });

  it('answers 503 when the read model does not get there', async () => {
    present();
    world.reached = () => false;
    const { status, headers, body } = await call('GET', EMAILS, { headers: { 'x-tributary-position': '3:42' } });
    expect([status, headers['retry-after'], body.error.code, body.error.reason]).toEqual([
      503,
      '1',
      'UNAVAILABLE',
      'read_model_behind',
    ]);
    expect(world.queries).toEqual([]);
  });

  it.each(['', '3', '3:', ':42', 'a:b', '3:42:1', '-1:4', '3:-4', '3:1e3', '999999:1', '3:9999999999999999999'])(
    'refuses the position "%s"',
    async (position) => {
      const { status, body } = await call('GET', EMAILS, { headers: { 'x-tributary-position': position } });
      expect([status, body.error.reason]).toEqual([400, 'invalid_position']);
    },
  );

  it.each([EMAILS, '/api/v1/operations/credits/balance', '/api/v1/persons'])(
    '%s refuses the position of a partition that does not exist, and does not wait for it',
    async (url) => {
      const { status, body } = await call('GET', url, { headers: { 'x-tributary-position': '8:0' } });
      expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', 'invalid_position']);
      expect(body.error.details).toEqual([
        {
          path: 'X-Tributary-Position',
          message: 'X-Tributary-Position names a partition that does not exist',
        },
      ]);
      expect(world.waits).toEqual([]);
    },
  );

  it('a POST does not wait for anything', async () => {
    world.answered.remember(ORG, AT(3, 41n));
    await call('POST', EMAILS, { headers: { 'x-tributary-position': '3:42' } });
    expect(world.waits).toEqual([]);
  });

  it('the balance and lists of persons wait too', async () => {
    world.answered.remember(ORG, AT(3, 41n));
    await call('GET', '/api/v1/operations/credits/balance');
    await call('GET', '/api/v1/persons');
    expect(world.waits).toEqual(['3:41 1000', '3:41 1000']);
  });
});

describe('X-11 a 404 is only given when the read model has passed the end of the log', () => {
  it.each([EMAILS, `/api/v1/persons/${PERSON}`])('%s looks again after the wait, then answers 404', async (url) => {
    world.end = () => AT(3, 99n);
    const { status } = await call('GET', url);
    expect([status, world.waits, world.queries.length]).toEqual([404, ['3:99 1000'], 2]);
  });

  it('finds what arrived during the wait', async () => {
    world.end = () => AT(3, 99n);
    world.reached = () => {
      present();
      return true;
    };
    expect((await call('GET', EMAILS)).status).toBe(200);
  });

  it('answers 503, never a wrong 404, when the wait was in vain', async () => {
    world.end = () => AT(3, 99n);
    world.reached = () => false;
    const { status, headers } = await call('GET', EMAILS);
    expect([status, headers['retry-after']]).toEqual([503, '1']);
  });

  it('does not ask for the end of the log when there is something', async () => {
    present();
    world.end = () => {
      throw new Error('asked');
    };
    expect((await call('GET', EMAILS)).status).toBe(200);
  });

  it('takes the end after the first look, so that nothing written before it is missed', async () => {
    const order: string[] = [];
    world.newest = () => (order.push('look'), null);
    world.end = () => (order.push('end'), null);
    await call('GET', EMAILS);
    expect(order).toEqual(['look', 'end', 'look']);
  });

  it('spends one second on all waits together', async () => {
    world.answered.remember(ORG, AT(3, 41n));
    world.end = () => AT(3, 99n);
    world.reached = () => {
      world.clock.advance(700);
      return true;
    };
    await call('GET', EMAILS);
    expect(world.waits).toEqual(['3:41 1000', '3:99 300']);
  });

  it.each([
    ['the broker does not say where the log ends', () => (world.end = failing('ECONNREFUSED'))],
    ['Postgres refuses connections', () => (world.newest = failing('ECONNREFUSED'))],
    ['Postgres is shutting down', () => (world.newest = failing('57P01'))],
    ['Postgres has no connection left', () => (world.newest = failing('53300'))],
    ['the statement took too long', () => (world.newest = failing('57014'))],
    ['the pool gave no connection', () => (world.newest = failing(null, 'timeout exceeded when trying to connect'))],
    ['the connection died without a word', () => (world.newest = failing(null, 'Query read timeout'))],
    ['the connection broke', () => (world.newest = failing(null, 'Connection terminated unexpectedly'))],
  ])('answers 503 with Retry-After when %s', async (_what, arrange) => {
    arrange();
    const { status, headers, body } = await call('GET', EMAILS);
    expect([status, headers['retry-after'], body.error.code]).toEqual([503, '1', 'UNAVAILABLE']);
  });

  it('answers 503 when the broker says nothing within the second, whatever the failure in the end', async () => {
    world.end = () => new Promise<null>(() => world.clock.advance(1_000));
    expect((await call('GET', EMAILS)).status).toBe(503);
    world.end = failing(null, 'no broker answers');
    expect((await call('GET', EMAILS)).status).toBe(503);
  });

  it.each(['42P01', '23505', null])('answers 500 for an error of ours (SQLSTATE %s), telling nothing', async (code) => {
    world.newest = failing(code, 'relation "secret" does not exist');
    const { status, text } = await call('GET', EMAILS);
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
  });
});

const failing =
  (code: string | null, message = 'no') =>
  (): never => {
    throw Object.assign(new Error(message), code !== null && { code });
  };
