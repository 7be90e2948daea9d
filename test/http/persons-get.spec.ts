import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Instant } from '../../src/domain/kernel/instant.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { EMPTY_PERSON, FOUND, LINKEDIN, personRow, valuesRow } from './persons.js';
import { PERSON } from './views.js';

const LATER = '2026-11-23T00:00:00.000Z' as Instant;

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeEach(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
afterEach(() => app.close());

describe('GET /api/v1/persons/{id}', () => {
  it('PR-02 opens the person and the values found for it', async () => {
    const row = await personRow(world, { linkedinUrl: LINKEDIN, firstName: 'Ada', tags: ['vip'], custom: { a: 1 } });
    world.person = () => row;
    const { status, body } = await call('GET', `/api/v1/persons/${PERSON.toUpperCase()}`);
    expect(status).toBe(200);
    const known = { firstName: 'Ada', linkedinUrl: LINKEDIN, tags: ['vip'], custom: { a: 1 } };
    expect(body).toEqual({ ...EMPTY_PERSON, ...known, emails: [], phones: [], signals: null });
    expect(world.queries).toEqual([
      `person ${JSON.stringify([ORG, PERSON])}`,
      `values ${JSON.stringify([ORG, PERSON])}`,
    ]);
  });

  it('EN-10, EN-11 shows verified work emails and valid phones only, with details, best first', async () => {
    const email = (value: string, changes = {}) =>
      ({
        value,
        type: 'work',
        status: 'deliverable',
        provider: 'p',
        confidence: 0.5,
        verifiedAt: FOUND,
        ...changes,
      }) as never;
    const phone = (value: string, changes = {}) =>
      ({
        value,
        type: 'mobile',
        status: 'valid',
        provider: 'p',
        confidence: 0.5,
        country: 'US',
        verifiedAt: FOUND,
        ...changes,
      }) as never;
    const row = await personRow(world);
    const newer = await valuesRow(
      world,
      {
        emails: [email('weak@example.com'), email('best@example.com', { confidence: 0.9 })],
        phones: [phone('+15550100')],
      },
      { foundAt: LATER },
    );
    const older = await valuesRow(
      world,
      {
        emails: [
          email('weak@example.com', { confidence: 0.1 }),
          email('ok@example.com', { status: 'catch_all_verified' }),
          ...(['probable', 'catch_all', 'invalid', 'unknown'] as const).map((status) =>
            email(`${status}@example.com`, { status }),
          ),
          email('private@example.org', { type: 'personal' }),
        ],
        phones: [phone('+15550101', { status: 'unknown' }), phone('+15550102', { status: 'invalid' })],
      },
      { charged: false },
    );
    world.person = () => row;
    world.values = () => [newer, older];
    const { body } = await call('GET', `/api/v1/persons/${PERSON}`);
    expect(
      body.emails.map(({ value, confidence, firstSeen, billable }: never) => [value, confidence, firstSeen, billable]),
    ).toEqual([
      ['best@example.com', 0.9, LATER, true],
      ['weak@example.com', 0.5, FOUND, true],
      ['ok@example.com', 0.5, FOUND, false],
    ]);
    const details = {
      type: 'mobile',
      status: 'valid',
      provider: 'p',
      confidence: 0.5,
      country: 'US',
      verifiedAt: FOUND,
    };
    expect(body.phones).toEqual([{ value: '+15550100', ...details, firstSeen: LATER, billable: true }]);
  });

  it('PR-02 answers 404 for an unknown id and 400 for what is none', async () => {
    const unknown = await call('GET', `/api/v1/persons/${PERSON}`);
    expect([unknown.status, unknown.body.error.reason]).toEqual([404, 'unknown_person']);
    const malformed = await call('GET', '/api/v1/persons/x');
    expect([malformed.status, malformed.body.error.details]).toEqual([
      400,
      [{ path: 'id', message: 'id must be a UUID' }],
    ]);
  });

  it('PR-02 answers 410 when the person was erased', async () => {
    const row = await personRow(world);
    world.person = () => row;
    world.vault.destroy(ORG, row.keyId);
    const { status, body } = await call('GET', `/api/v1/persons/${PERSON}`);
    expect([status, body.error.code]).toEqual([410, 'GONE']);
  });

  it('a missing key is our fault: 500 without details', async () => {
    const row = await personRow(world);
    world.person = () => ({ ...row, keyId: 'gone' });
    const { status, body } = await call('GET', `/api/v1/persons/${PERSON}`);
    expect([status, body.error]).toMatchObject([500, { code: 'INTERNAL_ERROR', message: 'Internal error' }]);
  });
});
