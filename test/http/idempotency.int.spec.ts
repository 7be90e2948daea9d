import { randomUUID } from 'node:crypto';
import { startService, type Called, type TestService } from '../support/service.js';
import { enrichmentPath, personWith, untilEnded } from './int.js';

jest.setTimeout(120_000);
const BATCH = '/api/v1/operations/enrichment/batch';
let service: TestService;
let beside: TestService;
beforeAll(async () => {
  service = await startService({ credits: 10_000 });
  beside = await startService({ beside: service });
});
afterAll(async () => {
  await beside.stop();
  await service.stop();
});

interface Asked {
  readonly path: string;
  readonly body?: unknown;
  readonly as?: string;
  readonly by?: TestService;
}
const post = (key: string, { path, body, as, by = service }: Asked): Promise<Called> =>
  by.call('POST', path, {
    headers: { 'idempotency-key': key },
    ...(body !== undefined && { body }),
    key: as ?? service.apiKey,
  });
const isReplayed = ({ headers }: Called) => headers.get('idempotency-replayed') === 'true';
const linkedin = (word = 'p') => `https://www.linkedin.com/in/${word}-${randomUUID()}`;
const available = async (key: string) =>
  (await service.call('GET', '/api/v1/operations/credits/balance', { key })).body.available;
/** A key of an org of its own, and a person in it. */
const orgWith = async (credits: number, word = 'slow-20') => {
  const orgId = await service.newOrg(`idem-${randomUUID()}`, credits);
  const as = await service.keyFor(orgId);
  const body = { linkedinUrl: linkedin(`tb-${word}`) };
  const personId: string = (await service.call('POST', '/api/v1/persons', { key: as, body })).body.id;
  return { orgId, as, personId };
};

describe('X-07 Idempotency-Key, the whole service behind it', () => {
  it('the same request gets the same answer, here and in another process, and nothing more is reserved', async () => {
    const path = enrichmentPath(await personWith(service, 'slow-20'));
    const key = randomUUID();
    const first = await post(key, { path });
    const left = await available(service.apiKey);
    for (const by of [service, beside]) {
      const again = await post(key, { path, by });
      expect([again.status, again.body]).toEqual([200, first.body]);
      expect(again.headers.get('x-credits-reserved')).toBe('3');
      expect(isReplayed(again)).toBe(true);
    }
    expect(isReplayed(first)).toBe(false);
    expect(await available(service.apiKey)).toBe(left);
  });

  it('a repeat after the end answers the one it made, where a new request would make another', async () => {
    const path = enrichmentPath(await personWith(service, 'error'));
    const key = randomUUID();
    const { body } = await post(key, { path });
    await untilEnded(service, path);
    const again = await post(key, { path });
    expect([again.body.id, again.body.status, isReplayed(again)]).toEqual([body.id, 'failed', true]);
    expect((await post(randomUUID(), { path })).body.id).not.toBe(body.id);
  });

  it('another request under the key is 409, in either process, and changes nothing', async () => {
    const [one, other] = [await personWith(service, 'slow-20'), await personWith(service, 'slow-20')];
    const key = randomUUID();
    await post(key, { path: enrichmentPath(one) });
    for (const by of [service, beside]) {
      const { status, body } = await post(key, { path: enrichmentPath(other), by });
      expect([status, body.error.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    }
    expect((await service.call('GET', enrichmentPath(other))).status).toBe(404);
    expect((await post(key, { path: enrichmentPath(one) })).status).toBe(200);
  });

  it('many at once, in two processes: one decides, the others get its answer', async () => {
    const { as, personId } = await orgWith(100); // Of its own: what others have in flight moves no credits here.
    const key = randomUUID();
    const asked = { path: BATCH, as, body: { personIds: [personId], field: 'emails' } };
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => post(key, { ...asked, by: n % 2 === 0 ? service : beside })),
    );
    expect(answers.filter((answer) => !isReplayed(answer))).toHaveLength(1);
    for (const { status, body } of answers) expect([status, body]).toEqual([200, answers[0]?.body]);
    expect(await available(as)).toBe(97);
  });

  it('two different requests at once under one key: one is decided, the other is 409', async () => {
    const people = await Promise.all(Array.from({ length: 10 }, () => personWith(service, 'slow-20')));
    const key = randomUUID();
    const answers = await Promise.all(people.map((id) => post(key, { path: enrichmentPath(id) })));
    const made = answers.filter(({ status }) => status === 200);
    expect(made).toHaveLength(1);
    const others = answers.filter(({ status }) => status !== 200);
    expect(others.map(({ body }) => body.error.code)).toEqual(Array(9).fill('IDEMPOTENCY_CONFLICT'));
  });

  it('402 uses up the key: credits that come later do not turn the old answer into a charge', async () => {
    const { orgId, as, personId } = await orgWith(2);
    const key = randomUUID();
    const first = await post(key, { path: enrichmentPath(personId), as });
    expect([first.status, isReplayed(first)]).toEqual([402, false]);
    await service.grant(100, orgId);
    for (const by of [service, beside]) {
      const again = await post(key, { path: enrichmentPath(personId), as, by });
      expect([again.status, isReplayed(again)]).toEqual([402, true]);
      expect(again.body.error.details).toEqual(first.body.error.details);
    }
    expect((await post(randomUUID(), { path: enrichmentPath(personId), as })).status).toBe(200);
  });

  it('400, 401, 403, 413 and 415 leave the key free', async () => {
    const { as, personId, orgId } = await orgWith(100);
    const key = randomUUID();
    const batch = { path: BATCH, as, body: { personIds: [personId], field: 'emails' } };
    const headers = { 'idempotency-key': key };
    const reader = await service.keyFor(orgId, { scopes: ['read'] });
    const refused = [
      await post(key, { ...batch, body: { personIds: [personId], field: 'email' } }),
      await post(key, { ...batch, body: { personIds: [randomUUID()], field: 'emails' } }),
      await service.call('POST', BATCH, { headers, key: null, body: batch.body }),
      await post(key, { ...batch, as: reader }),
      await service.call('POST', BATCH, { headers, key: as, body: 'x'.repeat(1024 * 1024 + 1) }),
      await service.call('POST', BATCH, { headers: { ...headers, 'content-type': 'text/csv' }, key: as, body: 'a' }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([400, 400, 401, 403, 413, 415]);
    const made = await post(key, batch);
    expect([made.status, isReplayed(made)]).toEqual([200, false]);
  });

  it('keys of two orgs, and of an org and its sandbox, have nothing to do with each other', async () => {
    const [one, two] = [await orgWith(100), await orgWith(100)];
    const sandbox = await service.keyFor(one.orgId, { mode: 'test' });
    const key = randomUUID();
    for (const as of [one.as, two.as, sandbox]) {
      const created = await post(key, { path: '/api/v1/persons', as, body: { linkedinUrl: linkedin() } });
      expect([created.status, isReplayed(created)]).toEqual([201, false]);
      const { status, body } = await post(key, { path: enrichmentPath(created.body.id), as });
      expect([status, body.entityId]).toEqual([200, created.body.id]);
    }
  });

  it('OP-21 a cancellation is answered again', async () => {
    const personId = await personWith(service, 'slow-20');
    await service.call('POST', enrichmentPath(personId));
    const key = randomUUID();
    const path = `/api/v1/operations/enrichment/${personId}/cancel?field=emails`;
    const first = await post(key, { path });
    const again = await post(key, { path, by: beside });
    expect([again.status, again.body, isReplayed(again)]).toEqual([200, first.body, true]);
    expect((await post(randomUUID(), { path })).status).toBe(409);
  });

  it('PR-01 a new person is answered again as new, byte for byte, also after a merge', async () => {
    const body = { linkedinUrl: linkedin(), firstName: 'Ada', custom: { b: 1, a: [1.5, 'é'] } };
    const key = randomUUID();
    const first = await post(key, { path: '/api/v1/persons', body });
    expect(first.status).toBe(201);
    await service.call('POST', '/api/v1/persons', { body: { ...body, firstName: 'Augusta', title: 'Countess' } });
    const again = await post(key, { path: '/api/v1/persons', body, by: beside });
    expect([again.status, again.body, isReplayed(again)]).toEqual([201, first.body, true]);
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect((await service.call('GET', `/api/v1/persons/${first.body.id}`)).body).toMatchObject({
      firstName: 'Augusta',
    });
  });

  it('PR-01 a merge is answered again, and never done again over what others wrote since', async () => {
    const linkedinUrl = linkedin();
    await service.call('POST', '/api/v1/persons', { body: { linkedinUrl, firstName: 'Ada' } });
    const key = randomUUID();
    const asked = { path: '/api/v1/persons', body: { linkedinUrl, title: 'Countess' } };
    const first = await post(key, asked);
    expect(first.headers.get('x-person-existing')).toBe('true');
    const again = await post(key, { ...asked, by: beside });
    expect([again.status, again.body, isReplayed(again)]).toEqual([200, first.body, true]);
    await service.call('POST', '/api/v1/persons', { body: { linkedinUrl, title: 'Programmer' } });
    expect((await post(key, asked)).body).toMatchObject({ firstName: 'Ada', title: 'Programmer' });
    expect((await service.call('GET', `/api/v1/persons/${first.body.id}`)).body.title).toBe('Programmer');
  });
});

describe('X-07 across a restart', () => {
  it('all processes gone and one started anew: answers, refusals and conflicts are remembered', async () => {
    const before = await startService({ credits: 3 });
    const keep = { url: before.url, running: before.running, topicPrefix: before.topicPrefix, schema: before.schema };
    const [made, refused] = [randomUUID(), randomUUID()];
    const [rich, poor] = [await personWith(before, 'slow-20'), await personWith(before, 'slow-20')];
    const ask = (by: TestService, key: string, personId: string) =>
      by.call('POST', enrichmentPath(personId), { headers: { 'idempotency-key': key }, key: before.apiKey });
    const first = await ask(before, made, rich);
    expect([first.status, (await ask(before, refused, poor)).status]).toEqual([200, 402]);
    await before.stop();
    const after = await startService({ beside: { ...before, ...keep } });
    try {
      const again = await ask(after, made, rich);
      expect([again.status, again.body, isReplayed(again)]).toEqual([200, first.body, true]);
      const still = await ask(after, refused, poor);
      expect([still.status, isReplayed(still)]).toEqual([402, true]);
      expect((await ask(after, made, poor)).body.error.code).toBe('IDEMPOTENCY_CONFLICT');
    } finally {
      await after.stop();
    }
  });
});
