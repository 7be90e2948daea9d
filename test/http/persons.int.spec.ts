import { randomUUID } from 'node:crypto';
import { startService, type TestService } from '../support/service.js';
import { enriched, enrichmentPath, personWith, untilEnded } from './int.js';

jest.setTimeout(60_000);
let service: TestService;
beforeAll(async () => {
  service = await startService();
});
afterAll(() => service.stop());

const linkedin = () => `https://www.linkedin.com/in/p-${randomUUID()}`;
const record = (body: unknown) => service.call('POST', '/api/v1/persons', { body });
const read = (id: string) => service.call('GET', `/api/v1/persons/${id}`);

describe('persons over HTTP, the whole service behind it', () => {
  it('PR-01, PR-02 POST and GET show the same person', async () => {
    const custom = { ' a ': [' b '], n: 1.5 };
    const created = await record({ firstName: 'Ada', linkedinUrl: linkedin(), tags: ['vip'], custom });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ firstName: 'Ada', tags: ['vip'], custom });
    const found = await read(created.body.id);
    expect([found.status, found.body]).toEqual([200, created.body]);
  });

  it('PR-01 a known identity answers 200 and merges; what it did not mention stays', async () => {
    const linkedinUrl = linkedin();
    const { body } = await record({ linkedinUrl, firstName: 'Ada', title: 'Countess' });
    const again = await record({
      linkedinUrl: linkedinUrl.toUpperCase(),
      title: 'Programmer',
      githubUsername: `a${Date.now()}`,
    });
    expect([again.status, again.headers.get('x-person-existing')]).toEqual([200, 'true']);
    expect(again.body).toMatchObject({ id: body.id, createdAt: body.createdAt, firstName: 'Ada', title: 'Programmer' });
    expect((await read(body.id)).body).toEqual(again.body);
  });

  it('PR-01 the weaker key that came with a merge finds the person from then on', async () => {
    const [linkedinUrl, githubUsername] = [linkedin(), `g${randomUUID().slice(0, 8)}`];
    const { body } = await record({ linkedinUrl });
    await record({ linkedinUrl, githubUsername });
    const found = await record({ githubUsername });
    expect([found.status, found.body.id]).toEqual([200, body.id]);
  });

  it('PR-01 merges that come at once all count', async () => {
    const linkedinUrl = linkedin();
    const { body } = await record({ linkedinUrl });
    const answers = await Promise.all([
      record({ linkedinUrl, firstName: 'Ada' }),
      record({ linkedinUrl, title: 'Countess' }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await read(body.id)).body).toMatchObject({ firstName: 'Ada', title: 'Countess' });
  });

  it('PR-01 a given id is kept; with another identity it is 409', async () => {
    const id = randomUUID();
    expect((await record({ id: id.toUpperCase(), linkedinUrl: linkedin() })).body.id).toBe(id);
    const other = await record({ id, linkedinUrl: linkedin() });
    expect([other.status, other.body.error.code]).toEqual([409, 'CONFLICT']);
  });

  it('PR-01 identities of two persons are 409 with both ids', async () => {
    const [linkedinUrl, email] = [linkedin(), `${randomUUID()}@example.com`];
    const ids = [(await record({ linkedinUrl })).body.id, (await record({ email })).body.id];
    const { status, body } = await record({ linkedinUrl, email });
    expect([status, body.error.code]).toEqual([409, 'CONFLICT']);
    expect(new Set(body.error.details.personIds)).toEqual(new Set(ids));
  });

  it('PR-02, EN-11 what was found is added to the person', async () => {
    const id = await personWith(service, 'found');
    await enriched(service, id, 'emails');
    await enriched(service, id, 'phones');
    const { body } = await read(id);
    expect(body.emails.length).toBeGreaterThan(0);
    expect(body.emails[0]).toMatchObject({ type: 'work', status: 'deliverable', billable: true });
    expect(body.emails[0].value).toMatch(/@example\.(com|org)$/);
    expect(body.phones[0]).toMatchObject({ status: 'valid', billable: true });
    expect(body.phones[0].value).toMatch(/^\+\d+$/);
  });

  it('PR-02 another org sees 404', async () => {
    const id = await service.createPerson();
    const key = await service.keyFor(await service.newOrg(`other-${randomUUID()}`));
    const { status, body } = await service.call('GET', `/api/v1/persons/${id}`, { key });
    expect([status, body.error.code]).toEqual([404, 'NOT_FOUND']);
  });

  it('PR-03, X-12 a list goes through all persons of the org, in either order, none twice', async () => {
    const key = await service.keyFor(await service.newOrg(`list-${randomUUID()}`));
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      ids.push((await service.call('POST', '/api/v1/persons', { key, body: { linkedinUrl: linkedin() } })).body.id);
    }
    expect(await listed(key, 'createdAt')).toEqual(ids);
    expect(await listed(key, '-createdAt')).toEqual([...ids].reverse());
  });
});

describe('PR-03, OP-24 filters over HTTP', () => {
  let key: string;
  const ids: Record<string, string> = {};
  const add = async (name: string, facts: object) => {
    const body = { linkedinUrl: linkedin(), ...facts };
    ids[name] = (await service.call('POST', '/api/v1/persons', { key, body })).body.id;
  };
  const named = async (query: string): Promise<string[]> => {
    const { status, body } = await service.call('GET', `/api/v1/persons?${query}`, { key });
    expect([status, body.error]).toEqual([200, undefined]);
    return body.persons.map(({ id }: { id: string }) => Object.keys(ids).find((name) => ids[name] === id));
  };
  const filtered = (filter: unknown) => named(`filters=${encodeURIComponent(JSON.stringify(filter))}`);

  beforeAll(async () => {
    key = await service.keyFor(await service.newOrg(`filter-${randomUUID()}`, 100));
    await add('ada', {
      firstName: 'Ada',
      lastName: 'Lovelace',
      title: 'Head of Engines',
      country: 'GB',
      tags: ['VIP'],
    });
    await add('elodie', { firstName: 'Élodie', companyName: 'Moteurs', country: 'FR', tags: ['vip', 'eu'] });
    await add('bob', { firstName: 'Bob' });
    const path = enrichmentPath(ids['ada']!);
    await service.call('POST', path, { key });
    const own: TestService = { ...service, call: (method, to) => service.call(method, to, { key }) };
    await untilEnded(own, path);
  });

  it.each([
    [{}, ['ada', 'elodie', 'bob']],
    [{ field: 'firstName', op: 'eq', value: 'ELODIE' }, ['elodie']],
    [{ field: 'firstName', op: 'startsWith', value: 'él' }, ['elodie']],
    [{ field: 'title', op: 'contains', value: 'engine' }, ['ada']],
    [{ field: 'country', op: 'neq', value: 'fr' }, ['ada', 'bob']],
    [{ field: 'tags', op: 'in', value: ['vip'] }, ['ada', 'elodie']],
    [{ not: { field: 'tags', op: 'exists', value: true } }, ['bob']],
    [{ field: 'lastEnrichedAt', op: 'exists', value: true }, ['ada']],
    [{ field: 'createdAt', op: 'lt', value: '2000-01-01' }, []],
    [
      {
        or: [
          { field: 'country', op: 'eq', value: 'FR' },
          { field: 'lastName', op: 'eq', value: 'lovelace' },
        ],
      },
      ['ada', 'elodie'],
    ],
  ])('%j', async (filter, expected) => expect(await filtered(filter)).toEqual(expected));

  it('q finds words wherever they stand', async () => {
    expect(await named('q=lovelace+engines')).toEqual(['ada']);
    expect(await named('q=lovelace+moteurs')).toEqual([]);
  });

  it('pages go on within the filter', async () => {
    const filters = encodeURIComponent(JSON.stringify({ field: 'tags', op: 'eq', value: 'vip' }));
    const first = await service.call('GET', `/api/v1/persons?limit=1&filters=${filters}`, { key });
    expect(await named(`limit=1&filters=${filters}&cursor=${first.body.nextCursor}`)).toEqual(['elodie']);
  });

  it('no filter finds anybody of another org', async () => {
    const other = await service.keyFor(await service.newOrg(`other-${randomUUID()}`));
    const { body } = await service.call('GET', '/api/v1/persons?q=lovelace', { key: other });
    expect(body).toEqual({ persons: [], nextCursor: null });
  });
});

describe('PR-03 PATCH /api/v1/persons/{id}', () => {
  const patch = (id: string, body: unknown, key?: string) =>
    service.call('PATCH', `/api/v1/persons/${id}`, { body, ...(key !== undefined && { key }) });

  it('merges; what it does not mention stays, and nothing new is no event', async () => {
    const id = await service.createPerson({ firstName: 'Ada', title: 'Countess' });
    const { status, headers, body } = await patch(id.toUpperCase(), { title: 'Programmer', country: 'GB' });
    expect([status, body]).toMatchObject([200, { id, firstName: 'Ada', title: 'Programmer', country: 'GB' }]);
    expect(headers.get('x-tributary-position')).toMatch(/^\d+:\d+$/);
    expect((await read(id)).body).toEqual(body);
    const again = await patch(id, { title: 'Programmer' });
    expect([again.status, again.headers.get('x-tributary-position'), again.body]).toEqual([200, null, body]);
  });

  it('an identity that comes with it finds the person from then on; one of another person is 409', async () => {
    const [id, email] = [await service.createPerson(), `${randomUUID()}@example.com`];
    await patch(id, { email });
    expect((await record({ email })).body.id).toBe(id);
    const { status, body } = await patch(await service.createPerson(), { email });
    expect([status, body.error.code]).toEqual([409, 'CONFLICT']);
  });

  it('patches that come at once all count', async () => {
    const id = await service.createPerson();
    const answers = await Promise.all([patch(id, { firstName: 'Ada' }), patch(id, { title: 'Countess' })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect((await read(id)).body).toMatchObject({ firstName: 'Ada', title: 'Countess' });
  });

  it('404 for nobody and for another org, 400 for what POST refuses', async () => {
    const id = await service.createPerson();
    const key = await service.keyFor(await service.newOrg(`patch-${randomUUID()}`));
    const statuses = [await patch(randomUUID(), {}), await patch(id, { title: 'x' }, key)].map(({ status }) => status);
    expect(statuses).toEqual([404, 404]);
    for (const body of [{ id }, { title: null }, { country: 'gb' }, { nickname: 'x' }, { email: 'x' }]) {
      expect([(await patch(id, body)).status, body]).toEqual([400, body]);
    }
  });
});

const listed = async (key: string, order: string): Promise<string[]> => {
  const ids: string[] = [];
  for (let cursor = ''; ;) {
    const { body } = await service.call('GET', `/api/v1/persons?limit=2&order=${order}${cursor}`, { key });
    ids.push(...body.persons.map(({ id }: { id: string }) => id));
    if (body.nextCursor === null) return ids;
    cursor = `&cursor=${body.nextCursor}`;
  }
};
