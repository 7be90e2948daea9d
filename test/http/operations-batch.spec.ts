import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refused } from '../../src/commands/outcomes.js';
import type { EnrichmentView } from '../../src/domain/enrichments/enrichment-view.js';
import type { Refusal } from '../../src/domain/kernel/refusal.js';
import { ORG, startApp, TERMS, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { foundView, pendingView, personNumber } from './views.js';

const BATCH = '/api/v1/operations/enrichment/batch';
const POSITION = { partition: 3, offset: 42n };
const [A, B, C] = [personNumber(1), personNumber(2), personNumber(3)];

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const answer = (enrichments: readonly EnrichmentView[], reserved: number, available: number) => {
  const result = { enrichments, created: enrichments.length, reserved, available };
  world.execute = () => ({ result, replayed: false, position: POSITION });
};
const refuse = (refusal: Refusal) => {
  world.execute = () => {
    throw new Refused(refusal, POSITION);
  };
};
const post = (personIds: unknown, field: unknown = 'emails') => call('POST', BATCH, { body: { personIds, field } });

describe('POST /api/v1/operations/enrichment/batch', () => {
  it('OP-11 answers a bare array in the order of the decider, reused and new mixed', async () => {
    const now = world.clock.now();
    answer([pendingView(now, { personId: B }), foundView(now)], 3, 97);
    const { status, body } = await post([B, A]);
    expect(status).toBe(200);
    expect(body).toMatchObject([
      { entityId: B, status: 'pending', receipt: null },
      { status: 'finished', dataFound: true },
    ]);
    expect(Object.keys(body[0])).toHaveLength(15);
  });

  it('OP-11 asks once, in one command, for every distinct id in order of first appearance', async () => {
    answer([pendingView(world.clock.now())], 3, 97);
    await call('POST', BATCH, {
      body: { personIds: [B, A.toUpperCase(), B, C, A], field: 'phones' },
      headers: { 'x-request-id': 'req-1' },
    });
    const data = { personIds: [B, A, C], field: 'phones', createdBy: 'user_1', dialect: 'operations', ...TERMS };
    expect(world.commands).toEqual([
      { type: 'RequestEnrichments', orgId: ORG, data, options: { correlationId: 'req-1' } },
    ]);
  });

  it('X-09, X-10, X-11 tells what was reserved, when to look at the youngest again, where the log stands', async () => {
    const now = world.clock.now();
    answer([pendingView(now - 30_000), pendingView(now - 6_000), foundView(now)], 6, 94);
    const { headers } = await post([A, B, C]);
    expect(headers).toMatchObject({
      'x-credits-reserved': '6',
      'x-credits-charged': '0',
      'x-credits-available': '94',
      'retry-after': '2',
      'x-tributary-position': '3:42',
    });
  });

  it('X-10 nothing pending, nothing to look at again', async () => {
    answer([foundView(world.clock.now())], 0, 0);
    const { headers } = await post([A]);
    expect([headers['retry-after'], headers['x-credits-available']]).toEqual([undefined, '0']);
  });

  it('OP-12 names all unknown ids, each where it first stands', async () => {
    refuse({ code: 'VALIDATION_ERROR', reason: 'unknown_person', details: { unknownIds: [B, C] } });
    const { status, body } = await post([A, B, B, C]);
    expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', 'unknown_person']);
    expect(body.error.details).toEqual([
      { path: 'personIds.1', message: `${B} is not a known person` },
      { path: 'personIds.3', message: `${C} is not a known person` },
    ]);
  });

  it('OP-12 answers 402 with the figures', async () => {
    const details = { required: 6, available: 5, shortfall: 1 };
    refuse({ code: 'INSUFFICIENT_CREDITS', reason: 'insufficient_credits', details });
    const { status, body, headers } = await post([A, B]);
    expect([status, body.error.code, body.error.details]).toEqual([402, 'INSUFFICIENT_CREDITS', details]);
    expect(headers['x-credits-available']).toBe('5');
  });

  it('OP-13 says VALIDATION_ERROR and unauthenticated to a caller it does not know, with 401', async () => {
    for (const url of [BATCH, BATCH.replace('batch', '%62atch'), `${BATCH}?nope=1`]) {
      const { status, body } = await call('POST', url, { headers: { 'x-api-key': 'none' }, body: '{' });
      expect([status, body.error.code, body.error.reason]).toEqual([401, 'VALIDATION_ERROR', 'unauthenticated']);
    }
  });

  it('OP-13 no other endpoint does so', async () => {
    const others = [
      ['GET', `/api/v1/operations/enrichment/${A}?field=emails`],
      ['POST', `${BATCH}/query`],
      ['POST', `/api/v1/operations/enrichment/${A}?field=emails`],
      ['POST', '/api/v1/persons'],
    ] as const;
    for (const [method, url] of others) {
      const { status, body } = await call(method, url, { headers: { 'x-api-key': 'none' } });
      expect([url, status, body.error.code]).toEqual([url, 401, 'UNAUTHORIZED']);
    }
  });

  it.each([
    ['missing', undefined],
    ['null', null],
    ['a string', A],
    ['an object', { 0: A }],
    ['empty', []],
    ['of numbers', [1]],
    ['of null', [null]],
    ['of arrays', [[A]]],
    ['with something malformed in it', [A, 'x']],
    ['with an empty string', [A, '']],
  ])('OP-13 refuses personIds that are %s', async (_what, personIds) => {
    const { status, body } = await post(personIds);
    expect([status, body.error.code, body.error.reason]).toEqual([400, 'VALIDATION_ERROR', 'invalid_person_ids']);
    expect(world.commands).toEqual([]);
  });

  it('OP-13 says which id is malformed', async () => {
    expect((await post([A, B, 'x'])).body.error.message).toBe('personIds.2 must be a UUID');
  });

  it('OP-13 takes 100 ids and refuses 101, repeated or not', async () => {
    answer([pendingView(world.clock.now())], 3, 97);
    expect((await post(Array.from({ length: 100 }, (_, n) => personNumber(n)))).status).toBe(200);
    world.commands = [];
    for (const ids of [Array.from({ length: 101 }, (_, n) => personNumber(n)), Array<string>(101).fill(A)]) {
      const { status, body } = await post(ids);
      expect([status, body.error.reason]).toEqual([400, 'too_many_ids']);
    }
    expect(world.commands).toEqual([]);
  });

  it.each([undefined, null, 1, '', 'email', 'EMAILS', 'personal_emails', ['emails'], {}])(
    'OP-13 refuses the field %j',
    async (field) => {
      const { status, body } = await call('POST', BATCH, { body: { personIds: [A], field } });
      expect([status, body.error.reason]).toEqual([400, 'invalid_field']);
      expect(world.commands).toEqual([]);
    },
  );

  it.each(['personId', 'orgId', 'force', 'selection'])('X-06 %s is not a known property', async (property) => {
    const { status, body } = await call('POST', BATCH, {
      body: { personIds: [A], field: 'emails', [property]: 1 },
    });
    expect([status, body.error.reason, body.error.details[0].path]).toEqual([400, 'unknown_property', property]);
  });

  it('X-06 nothing is taken from the query', async () => {
    const { status, body } = await call('POST', `${BATCH}?field=emails`, { body: { personIds: [A] } });
    expect([status, body.error.reason]).toEqual([400, 'unknown_property']);
  });
});
