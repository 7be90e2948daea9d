import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { instantOf } from '../../src/domain/kernel/instant.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';

const BALANCE = '/api/v1/operations/credits/balance';
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

describe('GET /api/v1/operations/credits/balance', () => {
  it('CR-09 answers the balance of the caller’s org, with unit and next expiry', async () => {
    const nextExpiry = { amount: 10, at: '2026-12-31T00:00:00.000Z' };
    world.balance = () => ({ balance: 100, reserved: 3, available: 97, nextExpiry });
    const { status, body } = await call('GET', BALANCE);
    expect(status).toBe(200);
    const figures = { balance: 100, reserved: 3, available: 97, unit: 'credit', nextExpiry };
    expect(body).toEqual({ ...figures, organizationId: ORG });
    expect(world.queries).toEqual([`balance ${JSON.stringify([ORG, instantOf(world.clock.now())])}`]);
  });

  it('CR-09 an org without credits has zeros and no expiry', async () => {
    const zeros = { balance: 0, reserved: 0, available: 0, nextExpiry: null };
    expect((await call('GET', BALANCE)).body).toMatchObject(zeros);
  });

  it('X-09 reports what is available', async () => {
    world.balance = () => ({ balance: 100, reserved: 3, available: 97, nextExpiry: null });
    const { headers } = await call('GET', BALANCE);
    expect(headers).toMatchObject({ 'x-credits-available': '97', 'x-credits-charged': '0' });
  });

  it('CR-09 with an instant answers as of then; the head says what is available now', async () => {
    world.balance = () => ({ balance: 90, reserved: 0, available: 90, nextExpiry: null });
    world.balanceAt = () => ({ balance: 100, reserved: 3, available: 97, nextExpiry: null });
    const { body, headers } = await call('GET', `${BALANCE}?at=2026-11-21T02:02:03%2B01:00`);
    const figures = { balance: 100, reserved: 3, available: 97, unit: 'credit', nextExpiry: null };
    expect(body).toEqual({ ...figures, organizationId: ORG });
    expect(headers['x-credits-available']).toBe('90');
    expect(world.queries[1]).toBe(`balanceAt ${JSON.stringify([ORG, '2026-11-21T01:02:03.000Z'])}`);
  });

  it.each([
    '2026-11-21',
    '2026-11-21T01:02:03',
    '2026-02-30T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-11-21T25:00:00Z',
    '0000-11-21T00:00:00Z',
    '+12026-11-21T00:00:00Z',
    '1795222923004',
    'yesterday',
    '',
  ])('CR-09 takes an instant with its zone, not %j', async (at) => {
    const { status, body } = await call('GET', `${BALANCE}?at=${encodeURIComponent(at)}`);
    expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', 'invalid_at']);
    expect(world.queries).toEqual([]);
  });

  it('X-02 needs the scope credits', async () => {
    world.scopes = new Set(['read', 'enrich']);
    expect((await call('GET', BALANCE)).status).toBe(403);
  });
});
