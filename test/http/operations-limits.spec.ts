import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refused } from '../../src/commands/outcomes.js';
import { startApp, TERMS, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { pendingView, PERSON } from './views.js';

const BASE = '/api/v1/operations/enrichment';
const SINGLE = `${BASE}/${PERSON}?field=emails`;
const manual = { mode: 'manual', includedIds: [PERSON] };

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => {
  world.reset();
  const result = { enrichments: [pendingView(world.clock.now())], created: 1, reserved: 3, available: 97 };
  world.execute = () => ({ result, replayed: false, position: null });
});
afterAll(() => app.close());

/** The three ways to ask, each with what its body needs beside the options. */
const WAYS: readonly (readonly [string, string, object])[] = [
  ['single', SINGLE, {}],
  ['batch', `${BASE}/batch`, { personIds: [PERSON], field: 'emails' }],
  ['bulk', `${BASE}/bulk`, { selection: manual, field: 'emails' }],
];

describe.each(WAYS)('OP-02, OP-11, OP-15 options of %s', (_name, url, base) => {
  const asked = async (options: object) => {
    const { status } = await call('POST', url, { body: { ...base, ...options } });
    expect(status).toBe(200);
    return world.commands[0]?.data;
  };

  it('CR-07 maxCredits goes with the command, 0 included', async () => {
    expect(await asked({ maxCredits: 0 })).toMatchObject({ maxCredits: 0 });
    world.commands = [];
    expect(await asked({})).not.toHaveProperty('maxCredits');
  });

  it('CR-07 the caps of the key go with the command', async () => {
    world.keyCaps = { daily: 5, total: null };
    expect(await asked({})).toMatchObject({ keyCaps: { daily: 5, total: null } });
  });

  it('WF-03 naming the default waterfall is naming none', async () => {
    const named = await asked({ waterfallId: TERMS.plan.waterfallId });
    world.commands = [];
    expect(named).toEqual(await asked({}));
    expect(named).toMatchObject({ optionsHash: 'default' });
  });

  it('WF-03 an unknown waterfall is 400, and nothing is asked', async () => {
    const { status, body } = await call('POST', url, { body: { ...base, waterfallId: 'mine' } });
    expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', 'unknown_waterfall']);
    expect(body.error.details[0].path).toBe('waterfallId');
    expect(world.commands).toEqual([]);
  });

  it('X-05 a broken cap is 402 CAP_EXCEEDED with its figures', async () => {
    const details = { cap: 'request', limit: 2, used: 0, required: 3 };
    world.execute = () => {
      throw new Refused({ code: 'CAP_EXCEEDED', reason: 'cap_exceeded', details }, null);
    };
    const { status, body } = await call('POST', url, { body: { ...base, maxCredits: 2 } });
    expect([status, body.error.code, body.error.reason]).toEqual([402, 'CAP_EXCEEDED', 'cap_exceeded']);
    expect(body.error.details).toEqual(details);
  });
});

describe('OP-02 the query', () => {
  it.each(['waterfallId=w', 'maxCredits=5', 'force=true'])(
    'X-06 holds nothing but the field, not %s',
    async (option) => {
      const { status, body } = await call('POST', `${SINGLE}&${option}`);
      expect([status, body.error.reason]).toEqual([400, 'unknown_property']);
      expect(world.commands).toEqual([]);
    },
  );
});

describe('OP-05 force', () => {
  const KEY = { 'idempotency-key': 'k' };

  it('X-07 needs a key, which is asked for after the shape', async () => {
    const { status, body } = await call('POST', SINGLE, { body: { force: true } });
    expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', 'idempotency_key_required']);
    expect(body.error.details).toEqual([{ path: 'Idempotency-Key', message: expect.any(String) }]);
    const both = await call('POST', SINGLE, { body: { force: true, maxCredits: 'x' } });
    expect(both.body.error.reason).toBe('invalid_max_credits');
    expect(world.commands).toEqual([]);
  });

  it('goes with the command under its key', async () => {
    expect((await call('POST', SINGLE, { body: { force: true }, headers: KEY })).status).toBe(200);
    expect(world.commands[0]).toMatchObject({ data: { force: true }, options: { keyed: true } });
  });

  it('false is as if it were not there: no key is needed', async () => {
    expect((await call('POST', SINGLE, { body: { force: false } })).status).toBe(200);
    expect(world.commands[0]?.data).not.toHaveProperty('force');
  });

  it.each(['batch', 'bulk'])('X-06 %s does not know it', async (name) => {
    const [, url = '', base = {}] = WAYS.find(([way]) => way === name) ?? [];
    const { status, body } = await call('POST', url, { body: { ...base, force: true }, headers: KEY });
    expect([status, body.error.reason]).toEqual([400, 'unknown_property']);
  });
});

describe('POST /api/v1/operations/enrichment/estimate', () => {
  const ESTIMATE = `${BASE}/estimate`;
  const RESULT = { created: 2, reused: 1, perItem: 3, required: 6, available: 10, shortage: null };
  beforeEach(() => {
    world.execute = () => ({ result: RESULT, replayed: false, position: { partition: 1, offset: 2n } });
  });

  it.each([
    ['single', { personId: PERSON, field: 'emails', force: true }],
    ['batch', { personIds: [PERSON, PERSON.toUpperCase()], field: 'emails', maxCredits: 4 }],
    ['bulk', { selection: manual, field: 'emails', waterfallId: 'w' }],
  ])('OP-23 takes the body of %s and asks as the request would', async (_name, body) => {
    const { status } = await call('POST', ESTIMATE, { body });
    expect(status).toBe(200);
    const { force, maxCredits } = body as { force?: boolean; maxCredits?: number };
    const options = { ...(force && { force }), ...(maxCredits !== undefined && { maxCredits }) };
    const data = { personIds: [PERSON], field: 'emails', createdBy: 'user_1', dialect: 'operations' };
    expect(world.commands).toMatchObject([{ type: 'EstimateEnrichments', data: { ...data, ...TERMS, ...options } }]);
  });

  it('OP-23, X-09 answers what it would come to', async () => {
    const { body, headers } = await call('POST', ESTIMATE, { body: { personId: PERSON, field: 'emails' } });
    expect(body).toEqual({
      newCount: 2,
      reusedCount: 1,
      reservedMax: 6,
      expected: 0,
      perItem: 3,
      balanceAfterMax: 4,
      affordable: true,
      shortage: null,
    });
    expect(headers).toMatchObject({
      'x-credits-reserved': '0',
      'x-credits-charged': '0',
      'x-credits-available': '10',
    });
    expect(headers['x-tributary-position']).toBeUndefined();
  });

  it('OP-23 what is not affordable is an answer, with the 402 that the request would get', async () => {
    const shortage = {
      code: 'CAP_EXCEEDED',
      reason: 'cap_exceeded',
      details: { cap: 'org_daily', limit: 1, used: 0, required: 6 },
    };
    world.execute = () => ({ result: { ...RESULT, available: 1, shortage }, replayed: false, position: null });
    const { status, body } = await call('POST', ESTIMATE, { body: { personId: PERSON, field: 'emails' } });
    expect([status, body.affordable, body.balanceAfterMax]).toEqual([200, false, -5]);
    expect(body.shortage).toEqual(shortage);
  });

  it.each([
    ['none', {}, ''],
    ['two of them', { personId: PERSON, personIds: [PERSON] }, ''],
  ])('OP-23 %s of personId, personIds, selection is 400', async (_what, target, path) => {
    const { status, body } = await call('POST', ESTIMATE, { body: { ...target, field: 'emails' } });
    expect([status, body.error.reason, body.error.details[0].path]).toEqual([400, 'invalid_target', path]);
    expect(world.commands).toEqual([]);
  });

  it.each([
    ['force', { personIds: [PERSON], force: true }],
    ['filters', { personId: PERSON, filters: {} }],
  ])('X-06 %s is unknown where the request would not know it', async (path, rest) => {
    const { status, body } = await call('POST', ESTIMATE, { body: { ...rest, field: 'emails' } });
    expect([status, body.error.reason, body.error.details[0].path]).toEqual([400, 'unknown_property', path]);
  });

  it.each([
    ['personIds.1', { personIds: ['00000000-0000-8000-8000-00000000000a', PERSON] }],
    ['selection.includedIds.0', { selection: manual }],
    ['personId', { personId: PERSON }],
  ])('OP-12 an unknown person is named as %s', async (path, target) => {
    world.execute = () => {
      throw new Refused(
        { code: 'VALIDATION_ERROR', reason: 'unknown_person', details: { unknownIds: [PERSON] } },
        null,
      );
    };
    const { status, body } = await call('POST', ESTIMATE, { body: { ...target, field: 'emails' } });
    expect([status, body.error.reason, body.error.details[0].path]).toEqual([400, 'unknown_person', path]);
  });

  it('X-07 a malformed key is an error, a good one is not kept', async () => {
    const body = { personId: PERSON, field: 'emails' };
    expect((await call('POST', ESTIMATE, { body, headers: { 'idempotency-key': '' } })).status).toBe(400);
    await call('POST', ESTIMATE, { body, headers: { 'idempotency-key': 'k' } });
    expect(world.commands[0]?.options).not.toHaveProperty('keyed');
  });
});
