import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { PERSON } from './views.js';

const URL_OF_PERSON = `/api/v1/operations/enrichment/${PERSON}`;

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

describe('OP-06 a missing or invalid person or field is 400 on both', () => {
  const targets = [
    ['/api/v1/operations/enrichment?field=emails', 'personId'],
    ['/api/v1/operations/enrichment/not-a-uuid?field=emails', 'personId'],
    [`/api/v1/operations/enrichment/${PERSON.slice(1)}?field=emails`, 'personId'],
    [`/api/v1/operations/enrichment/${PERSON.replace('-41d4-', '-91d4-')}?field=emails`, 'personId'],
    [`/api/v1/operations/enrichment/${PERSON.replace('-a716-', '-c716-')}?field=emails`, 'personId'],
    [`/api/v1/operations/enrichment/${'a'.repeat(200)}?field=emails`, 'personId'],
    [URL_OF_PERSON, 'field'],
    [`${URL_OF_PERSON}?field=`, 'field'],
    [`${URL_OF_PERSON}?field=email`, 'field'],
    [`${URL_OF_PERSON}?field=EMAILS`, 'field'],
    [`${URL_OF_PERSON}?field=personal_emails`, 'field'],
    [`${URL_OF_PERSON}?field=signals`, 'field'],
    [`${URL_OF_PERSON}?field=emails&field=emails`, 'field'],
  ] as const;

  it.each(targets.flatMap(([url, path]) => [['POST', url, path] as const, ['GET', url, path] as const]))(
    '%s %s',
    async (method, url, path) => {
      const { status, body } = await call(method, url);
      expect(status).toBe(400);
      expect(body.error).toMatchObject({ code: 'VALIDATION_ERROR', details: [{ path }] });
      expect(body.error.message).toContain(path);
      expect(world.commands).toEqual([]);
      expect(world.queries).toEqual([]);
    },
  );

  it('an id of 10,000 characters is no other case', async () => {
    const { status, body } = await call('GET', `/api/v1/operations/enrichment/${'a'.repeat(10_000)}?field=emails`);
    expect([status, body.error.reason, body.error.message]).toEqual([
      400,
      'invalid_person_id',
      'personId must be a UUID',
    ]);
  });

  it('X-05 words the sample as documented', async () => {
    const { body } = await call('POST', `${URL_OF_PERSON}?field=x`);
    expect(body.error).toEqual({
      code: 'VALIDATION_ERROR',
      message: 'field must be one of: phones, emails',
      reason: 'invalid_field',
      details: [{ path: 'field', message: 'field must be one of: phones, emails' }],
      requestId: expect.any(String),
    });
  });
});
