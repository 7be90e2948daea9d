import type { NestFastifyApplication } from '@nestjs/platform-fastify';
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
    expect(world.queries).toEqual([`balance ${JSON.stringify([ORG])}`]);
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

  it('CR-09 knows no parameters yet', async () => {
    const { status, body } = await call('GET', `${BALANCE}?at=2026-01-01T00:00:00.000Z`);
    expect([status, body.error.reason, body.error.details[0].path]).toEqual([400, 'unknown_property', 'at']);
  });

  it('X-02 needs the scope credits', async () => {
    world.scopes = new Set(['read', 'enrich']);
    expect((await call('GET', BALANCE)).status).toBe(403);
  });
});
