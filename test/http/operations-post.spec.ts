import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refused, Unavailable } from '../../src/commands/outcomes.js';
import type { EnrichmentView } from '../../src/domain/enrichments/enrichment-view.js';
import type { Refusal } from '../../src/domain/kernel/refusal.js';
import { ORG, startApp, TERMS, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { ENRICHMENT, foundView, pendingView, PERSON } from './views.js';

const URL_OF_PERSON = `/api/v1/operations/enrichment/${PERSON}`;
const EMAILS = `${URL_OF_PERSON}?field=emails`;
const POSITION = { partition: 3, offset: 42n };

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const answerRequest = (view: EnrichmentView, reserved: number, available: number) => {
  const result = { enrichments: [view], created: reserved > 0 ? 1 : 0, reserved, available };
  world.execute = () => ({ result, replayed: false, position: POSITION });
};
const refuse = (refusal: Refusal) => {
  world.execute = () => {
    throw new Refused(refusal, POSITION);
  };
};

describe('POST /api/v1/operations/enrichment/{personId}', () => {
  it('OP-01, OP-02 answers 200 with all fields of a pending enrichment', async () => {
    answerRequest(pendingView(world.clock.now()), 3, 97);
    const { status, body } = await call('POST', EMAILS);
    expect(status).toBe(200);
    expect(body).toEqual({
      id: ENRICHMENT,
      createdAt: '2026-11-18T11:06:40.000Z',
      updatedAt: '2026-11-18T11:06:40.000Z',
      entityId: PERSON,
      entityType: 'person',
      field: 'emails',
      status: 'pending',
      error: null,
      dataFound: null,
      createdBy: 'user_1',
      orgId: ORG,
      globalEnrichmentId: null,
      creditTransactionId: null,
      creditReservationId: '6f0e0000-0000-8000-8000-000000000000',
      receipt: null,
    });
  });

  it('OP-02 asks the decider for one person under the terms of the field, for the caller’s org', async () => {
    answerRequest(pendingView(world.clock.now()), 3, 97);
    await call('POST', EMAILS, { headers: { 'x-request-id': 'req-1' } });
    const data = { personIds: [PERSON], field: 'emails', createdBy: 'user_1', dialect: 'operations', ...TERMS };
    expect(world.commands).toEqual([
      { type: 'RequestEnrichments', orgId: ORG, data, options: { correlationId: 'req-1' } },
    ]);
  });

  it.each([
    ['the query', `${URL_OF_PERSON}?field=phones`, undefined],
    ['the query, with an empty object as body', `${URL_OF_PERSON}?field=phones`, {}],
    ['the body', URL_OF_PERSON, { field: 'phones' }],
    ['both, when they agree', `${URL_OF_PERSON}?field=phones`, { field: 'phones' }],
    ['the query, with spaces around it', `${URL_OF_PERSON}?field=%20phones%20`, undefined],
  ])('OP-02 takes the field from %s', async (_where, url, body) => {
    answerRequest(pendingView(world.clock.now(), { field: 'phones' }), 30, 70);
    expect((await call('POST', url, body === undefined ? {} : { body })).status).toBe(200);
    expect(world.commands[0]?.data).toMatchObject({ field: 'phones' });
  });

  it('OP-02 accepts a content type without a body', async () => {
    answerRequest(pendingView(world.clock.now()), 3, 97);
    expect((await call('POST', EMAILS, { headers: { 'content-type': 'application/json' } })).status).toBe(200);
  });

  it('OP-02 refuses a field that differs between query and body', async () => {
    const { status, body } = await call('POST', EMAILS, { body: { field: 'phones' } });
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'VALIDATION_ERROR', reason: 'conflicting_field' });
    expect(world.commands).toEqual([]);
  });

  it('X-09 tells what was reserved and what is left; X-10 when to look again; X-11 where the log stands', async () => {
    answerRequest(pendingView(world.clock.now()), 3, 97);
    const { headers } = await call('POST', EMAILS);
    expect(headers).toMatchObject({
      'x-credits-reserved': '3',
      'x-credits-charged': '0',
      'x-credits-available': '97',
      'retry-after': '1',
      'x-tributary-position': '3:42',
    });
    expect(headers['etag']).toBeUndefined();
  });

  it('OP-04 a reused finished one is given back unchanged, with nothing reserved', async () => {
    answerRequest(foundView(world.clock.now() - 5_000), 0, 97);
    const { status, headers, body } = await call('POST', EMAILS);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: 'finished', dataFound: true, receipt: { captured: 1 } });
    expect(headers).toMatchObject({ 'x-credits-reserved': '0', 'x-credits-charged': '0' });
    expect(headers['retry-after']).toBeUndefined();
  });

  it('OP-06 accepts any RFC 9562 version, nil and max, in upper case and stores it lower', async () => {
    const versions = Array.from({ length: 8 }, (_, index) => `AB0E8400-E29B-${index + 1}1D4-A716-446655440000`);
    const extremes = ['0', 'F'].map((digit) => PERSON.replaceAll(/[0-9a-f]/g, digit));
    for (const id of [...versions, ...extremes]) {
      answerRequest(pendingView(world.clock.now()), 3, 97);
      expect((await call('POST', `/api/v1/operations/enrichment/${id}?field=emails`)).status).toBe(200);
      expect(world.commands.at(-1)?.data).toMatchObject({ personIds: [id.toLowerCase()] });
    }
  });

  it('OP-06 answers 400 unknown_person for an unknown person, naming the property', async () => {
    refuse({ code: 'VALIDATION_ERROR', reason: 'unknown_person', details: { unknownIds: [PERSON] } });
    const { status, body } = await call('POST', EMAILS);
    expect(status).toBe(400);
    expect(body.error).toMatchObject({ code: 'VALIDATION_ERROR', reason: 'unknown_person' });
    expect(body.error.details).toEqual([{ path: 'personId', message: `${PERSON} is not a known person` }]);
  });

  it('OP-06 answers 410 for an erased person', async () => {
    refuse({ code: 'GONE', reason: 'erased_person' });
    const { status, body } = await call('POST', EMAILS);
    expect([status, body.error.code]).toEqual([410, 'GONE']);
  });

  it('OP-08 answers 402 with the figures', async () => {
    const details = { required: 3, available: 1, shortfall: 2 };
    refuse({ code: 'INSUFFICIENT_CREDITS', reason: 'insufficient_credits', details });
    const { status, body, headers } = await call('POST', EMAILS);
    expect(status).toBe(402);
    expect(body.error).toMatchObject({ code: 'INSUFFICIENT_CREDITS', reason: 'insufficient_credits', details });
    expect(headers).toMatchObject({ 'x-credits-reserved': '0', 'x-credits-charged': '0', 'x-credits-available': '1' });
  });

  it('X-05 answers 503 with Retry-After when the decider does not', async () => {
    world.execute = () => {
      throw new Unavailable('no_answer', 2);
    };
    const { status, headers, body } = await call('POST', EMAILS);
    expect([status, headers['retry-after'], body.error.code]).toEqual([503, '2', 'UNAVAILABLE']);
  });

  it('X-05 answers 503 with Retry-After when the decider found the command expired', async () => {
    refuse({ code: 'UNAVAILABLE', reason: 'expired' });
    const { status, headers } = await call('POST', EMAILS);
    expect([status, headers['retry-after']]).toEqual([503, '1']);
  });
});
