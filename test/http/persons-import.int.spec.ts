import { randomUUID } from 'node:crypto';
import { startService, type TestService } from '../support/service.js';
import { sendPartOf, settledCount } from './cut-import.js';
import { csvOf, eventsIn } from './import-file.js';

jest.setTimeout(180_000);
const IMPORT = '/api/v1/persons/import';
/** The default run has fewer than the 100,000 of PR-04, which take about a minute: IMPORT_ROWS=100000 for all. */
const MANY_ROWS = Number(process.env['IMPORT_ROWS'] ?? 10_000);
let service: TestService;
let beside: TestService;
beforeAll(async () => {
  service = await startService({ env: { LEDGER_CHECKPOINT_SECONDS: '3600' } });
  beside = await startService({ beside: service });
});
afterAll(async () => {
  await beside.stop();
  await service.stop();
});

const newKey = async () => service.keyFor(await service.newOrg(`import-${randomUUID()}`));
interface Sent {
  readonly type?: string;
  readonly accept?: string;
  readonly query?: string;
  readonly by?: TestService;
}
const send = (key: string, body: string, { type = 'text/csv', accept, query = '', by = service }: Sent = {}) =>
  by.call('POST', `${IMPORT}${query}`, { key, body, headers: { 'content-type': type, ...(accept && { accept }) } });
const people = async (key: string, by = service): Promise<Record<string, any>[]> =>
  (await by.call('GET', '/api/v1/persons?limit=200', { key })).body.persons;
const counts = ({ rows, created, existing, merged, failed }: Record<string, number>) =>
  [rows, created, existing, merged, failed] as const;

describe('PR-04 POST /api/v1/persons/import, the whole service behind it', () => {
  it('takes a CSV as spreadsheets write it; the list shows its people at once, here and in another process', async () => {
    const key = await newKey();
    const [one, two] = [randomUUID(), randomUUID()];
    const file = [
      '\uFEFFFIRST_NAME;Last Name;Company;"LinkedIn URL";E-Mail;Tags;custom.Note;Job title',
      `Ada;"Love;lace";"The ""Engine"" Co.";linkedin.com/in/${one}?x=1;;vip; x ; Countess `,
      '',
      `Zoë;;;;${two}@Example.com;a;;;`,
      ';;;;;;;',
    ].join('\r\n');
    const { status, headers, body } = await send(key, file);
    expect([status, body.errors, counts(body)]).toEqual([200, [], [2, 2, 0, 0, 0]]);
    expect(body.importId).toMatch(/^[0-9a-f-]{36}$/);
    const found = await people(key);
    expect(new Set(found.map(({ lastName }) => lastName))).toEqual(new Set(['Love;lace', null]));
    expect(found.find(({ firstName }) => firstName === 'Ada')).toMatchObject({
      companyName: 'The "Engine" Co.',
      linkedinUrl: `https://www.linkedin.com/in/${one}`,
      email: null,
      tags: ['vip'],
      title: 'Countess',
      custom: { Note: ' x ' },
    });
    const position = headers.get('x-tributary-position') ?? '';
    const elsewhere = await beside.call('GET', '/api/v1/persons', {
      key,
      headers: { 'x-tributary-position': position },
    });
    expect(elsewhere.body.persons).toHaveLength(2);
  });

  it('takes NDJSON: each line as PR-01 takes a body', async () => {
    const key = await newKey();
    const lines = [
      { email: `${randomUUID()}@example.com`, custom: { a: [1] } },
      { email: 1 },
      { nope: 1 },
      { firstName: 'Ada' },
    ];
    const twice = `\n{"email":"${randomUUID()}@example.com","title":"a","title":"a"}`;
    const file = ['\uFEFF', lines.map((line) => JSON.stringify(line)).join('\n'), '\n\n{', '\n[]', twice].join('');
    const { body } = await send(key, file, { type: 'application/x-ndjson; charset=UTF-8' });
    expect(counts(body)).toEqual([7, 1, 0, 0, 6]);
    expect(body.errors).toEqual([
      { line: 2, column: 'email', message: 'email must be a string' },
      { line: 3, column: 'nope', message: 'nope is not a known property' },
      { line: 4, column: null, message: expect.stringContaining('is required') },
      { line: 6, column: null, message: 'is not valid JSON' },
      { line: 7, column: null, message: 'must be a JSON object' },
      { line: 8, column: null, message: 'title is given twice' },
    ]);
    expect((await people(key))[0]).toMatchObject({ custom: { a: [1] } });
  });

  it('the same file again creates nothing, writes nothing, and has the same id', async () => {
    const [key, other] = [await newKey(), await newKey()];
    const file = csvOf(300);
    const first = (await send(key, file)).body;
    const before = await people(key);
    const end = await logEnd();
    const again = await send(key, file);
    expect(counts(first)).toEqual([300, 300, 0, 0, 0]);
    expect([counts(again.body), again.body.importId]).toEqual([[300, 0, 300, 0, 0], first.importId]);
    expect(await logEnd()).toBe(end);
    expect(await people(key)).toEqual(before);
    const foreign = (await send(other, file)).body;
    expect(counts(foreign)).toEqual([300, 300, 0, 0, 0]);
    expect(foreign.importId).not.toBe(first.importId);
  });

  it('rows of one person in one file: created once, then existing or merged, and the last word counts', async () => {
    const key = await newKey();
    const [linkedin, email] = [`linkedin.com/in/${randomUUID()}`, `${randomUUID()}@example.com`];
    const titles = Array.from({ length: 20 }, (_, index) => `${linkedin},,t${index}`);
    const file = ['linkedin,email,title', ...titles, `${linkedin},,t19`, `${linkedin},${email},`, `,${email},last`];
    const { body } = await send(key, file.join('\n'));
    expect([body.errors, counts(body)]).toEqual([[], [23, 1, 1, 21, 0]]);
    expect((await people(key)).map((person) => [person['title'], person['email']])).toEqual([['last', email]]);
    expect(counts((await send(key, `email,title\n${email},last\n${email},first`)).body)).toEqual([2, 0, 1, 1, 0]);
    expect((await people(key))[0]).toMatchObject({ title: 'first' });
  });

  it('a row that fails is told with line and column, blocks no other, and leaves nothing behind', async () => {
    const key = await newKey();
    const [one, two] = [randomUUID(), randomUUID()];
    const known = (await send(key, `email,linkedin\n${one}@example.com,\n,linkedin.com/in/${two}`)).body;
    expect(counts(known)).toEqual([2, 2, 0, 0, 0]);
    const file = [
      'Email Address,LinkedIn,Country,Name',
      'nobody,,,',
      `${randomUUID()}@example.com,,gb,`,
      `,https://www.linkedin.com/company/x,,`,
      ',,,Ada',
      `${one}@example.com,linkedin.com/in/${two},,`,
      `${randomUUID()}@example.com,,,A "quoted" name`,
      `${randomUUID()}@example.com,,,"never closed`,
      `${randomUUID()}@example.com,,,a\u0000b`,
      `${randomUUID()}@example.com,,,,,x`,
      `${randomUUID()}@example.com,,,"of\ntwo lines"`,
      `${randomUUID()}@example.com,,GB,Zoë`,
    ];
    const { body } = await send(key, file.join('\n'));
    expect(counts(body)).toEqual([11, 1, 0, 0, 10]);
    expect(body.errors).toEqual([
      { line: 2, column: 'Email Address', message: 'email must be an email address' },
      { line: 3, column: 'Country', message: 'country must be an ISO 3166-1 alpha-2 code in capitals' },
      { line: 4, column: 'LinkedIn', message: 'linkedinUrl must be a LinkedIn profile URL (/in/…)' },
      { line: 5, column: null, message: expect.stringContaining('is required') },
      { line: 6, column: null, message: expect.stringContaining('The identities belong to different persons') },
      { line: 7, column: null, message: expect.stringContaining('has a quote in the wrong place') },
      { line: 8, column: null, message: expect.stringContaining('has a quote in the wrong place') },
      { line: 9, column: 'Name', message: 'fullName must not contain control characters' },
      { line: 10, column: null, message: 'has 6 cells, and the header has 4' },
      { line: 11, column: 'Name', message: 'fullName must not contain control characters' },
    ]);
    expect((await people(key)).map(({ fullName }) => fullName).filter((name) => name !== null)).toEqual(['Zoë']);
  });

  it('an import that was cut off goes on where it was when it is sent again, and adds nobody twice', async () => {
    const key = await newKey();
    const file = csvOf(3_000);
    await sendPartOf(service, { key, file, bytes: Math.floor(file.length * 0.7) });
    const cut = await settledCount(service, key);
    expect(cut).toBeGreaterThan(0);
    expect(cut).toBeLessThan(3_000);
    expect(counts((await send(key, file)).body)).toEqual([3_000, 3_000 - cut, cut, 0, 0]);
  });

  it('two processes that import the same file at once create everybody once', async () => {
    const key = await newKey();
    const file = csvOf(1_500);
    const answers = await Promise.all([send(key, file), send(key, file, { by: beside })]);
    expect(answers.map(({ status, body }) => [status, body.failed])).toEqual([
      [200, 0],
      [200, 0],
    ]);
    const [one, two] = answers.map(({ body }) => body);
    expect(one.created + two.created).toBe(1_500);
    expect(one.importId).toBe(two.importId);
  });

  it('shows its progress as events, the result last; what is wrong with the file at once is an ordinary answer', async () => {
    const key = await newKey();
    const file = csvOf(2_500);
    const { status, headers, body } = await send(key, file, { accept: 'text/event-stream' });
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const events = eventsIn(body);
    expect(events.map(({ name }) => name)).toEqual(['progress', 'progress', 'progress', 'result']);
    expect(events.map(({ data }) => data.rows)).toEqual([1_000, 2_000, 2_500, 2_500]);
    expect(events[2]?.data).toMatchObject({ bytes: file.length, bytesTotal: file.length });
    expect(events[3]?.data).toMatchObject({ created: 2_500, errors: [], importId: expect.any(String) });
    expect(events[3]?.data.position).toMatch(/^\d+:\d+$/);
    const wrong = await send(key, 'nope,email\n', { accept: 'text/event-stream' });
    expect([wrong.status, wrong.body.error.reason]).toEqual([400, 'unknown_column']);
  });

  it(`${MANY_ROWS} rows; those of the sandbox can be enriched by their source at once`, async () => {
    const key = await newKey();
    const { status, body } = await send(key, csvOf(MANY_ROWS));
    expect([status, body.errors, counts(body)]).toEqual([200, [], [MANY_ROWS, MANY_ROWS, 0, 0, 0]]);
    const filters = {
      and: [
        { field: 'source', op: 'eq', value: 'import' },
        { field: 'companyName', op: 'eq', value: 'engines 7 ltd' },
      ],
    };
    const chosen = await service.call(
      'GET',
      `/api/v1/persons?limit=200&filters=${encodeURIComponent(JSON.stringify(filters))}`,
      { key },
    );
    expect(chosen.body.persons).toHaveLength(Math.min(200, MANY_ROWS / 100));
  });
});

/** End of all partitions of the log. */
const logEnd = async (): Promise<bigint> => {
  const { log, topics } = service.running.runtime;
  const partitions = Array.from({ length: service.running.config.topicPartitions }, (_, partition) => partition);
  const ranges = await Promise.all(partitions.map((partition) => log.range(topics.events, partition)));
  return ranges.reduce((sum, { end }) => sum + end, 0n);
};
