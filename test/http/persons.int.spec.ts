import { randomUUID } from 'node:crypto';
import { startService, type TestService } from '../support/service.js';
import { enriched, personWith } from './int.js';

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

const listed = async (key: string, order: string): Promise<string[]> => {
  const ids: string[] = [];
  for (let cursor = ''; ;) {
    const { body } = await service.call('GET', `/api/v1/persons?limit=2&order=${order}${cursor}`, { key });
    ids.push(...body.persons.map(({ id }: { id: string }) => id));
    if (body.nextCursor === null) return ids;
    cursor = `&cursor=${body.nextCursor}`;
  }
};
