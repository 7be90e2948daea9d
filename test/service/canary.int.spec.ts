import { Database } from '../../src/db/database.js';
import { startService, type TestService } from '../support/service.js';

const CANARY = {
  firstName: 'Zephyrine',
  lastName: 'Quillfeather',
  email: 'zephyrine.quillfeather@canary-company.example',
  linkedinUrl: 'https://www.linkedin.com/in/zephyrine-quillfeather',
  companyName: 'Canary Company',
};
const WORDS = ['zephyrine', 'quillfeather', 'canary-company', 'canary company'];

/** What filters need, and nothing else, stands in clear (OP-24, DESIGN §6). */
const CLEAR_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  persons: [
    'first_name',
    'last_name',
    'full_name',
    'title',
    'company_name',
    'company_domain',
    'country',
    'linkedin_url',
    'tags',
  ],
};

/** Base64 of a text also counts: sealing is not encoding. */
const shows = (text: string): readonly string[] => {
  const decoded = text.replace(/[A-Za-z0-9+/]{16,}={0,2}/g, (box) => Buffer.from(box, 'base64').toString('latin1'));
  const all = `${text}\n${decoded}`.toLowerCase();
  return WORDS.filter((word) => all.includes(word));
};

describe('no personal data in clear (EV-04, DESIGN §6)', () => {
  let service: TestService;
  let found: { emails: string[]; phones: string[] };

  beforeAll(async () => {
    service = await startService();
    const id = await service.createPerson(CANARY);
    for (const field of ['emails', 'phones']) await finish(id, field);
    await sayByOperator();
    const person = (await service.call('GET', `/api/v1/persons/${id}`)).body;
    const valuesOf = (all: { value: string }[]) => all.map(({ value }) => value);
    found = { emails: valuesOf(person.emails), phones: valuesOf(person.phones) };
  });
  afterAll(() => service.stop());

  const finish = async (id: string, field: string): Promise<void> => {
    const path = `/api/v1/operations/enrichment/${id}?field=${field}`;
    let body = (await service.call('POST', path)).body;
    while (body.status === 'pending') body = (await service.call('GET', path)).body;
  };

  /** What operators say about credits is free text: it may name anybody (CR-10). */
  const sayByOperator = async (): Promise<void> => {
    const key = await service.keyFor(service.orgId, { scopes: ['operator'] });
    const words = 'refunded to Zephyrine Quillfeather of Canary Company';
    for (const [path, body] of [
      ['grants', { amount: 5, source: 'bonus', description: words }],
      ['adjustments', { amount: -5, reason: words }],
    ] as const) {
      const asked = { key, body, headers: { 'idempotency-key': path } };
      expect((await service.call('POST', `/api/v1/credits/${path}`, asked)).status).toBe(201);
    }
  };

  const topicText = async (topic: string): Promise<string> => {
    const { log } = service.running.runtime;
    const texts: string[] = [];
    for (let partition = 0; partition < (await log.partitions(topic)); partition++) {
      const { start, end } = await log.range(topic, partition);
      for (let next = start; next < end;) {
        const slice = await log.read(topic, partition, next);
        texts.push(...slice.records.map(({ key, value }) => `${key ?? ''}\n${value.toString('latin1')}`));
        next = slice.next;
      }
    }
    return texts.join('\n');
  };

  it('was looked for where something was found', () => {
    expect(found.emails.length + found.phones.length).toBeGreaterThan(0);
  });

  it.each(['commands', 'events', 'replies', 'deadLetters'] as const)('the topic %s', async (name) => {
    const text = await topicText(service.running.runtime.topics[name]);
    expect(shows(text)).toEqual([]);
    for (const value of [...found.emails, ...found.phones]) expect(text).not.toContain(value);
  });

  it('the tables', async () => {
    const url = service.running.config.databaseUrl;
    const database = await Database.connect({ url, schema: service.schema, durability: 'durable' });
    try {
      const tables = await database.query<{ name: string }>({
        name: 'canary_tables',
        text: `select table_name as name from information_schema.tables where table_schema = '${service.schema}'`,
      });
      expect(tables.length).toBeGreaterThan(10);
      for (const { name } of tables) {
        const query = {
          name: `canary_${name}`,
          text: `select (to_jsonb(t) - $1::text[])::text as row from ${name} t`,
        };
        const rows = await database.query<{ row: string }>(query, [CLEAR_COLUMNS[name] ?? []]);
        const text = rows.map(({ row }) => row).join('\n');
        expect({ name, shows: shows(text) }).toEqual({ name, shows: [] });
        for (const value of [...found.emails, ...found.phones]) expect(text).not.toContain(value);
      }
    } finally {
      await database.close();
    }
  });

  it('the canary would be noticed', () => {
    expect(shows(`{"sealed":"${Buffer.from('hello Zephyrine!!').toString('base64')}"}`)).toEqual(['zephyrine']);
  });
});
