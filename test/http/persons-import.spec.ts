import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refused, Unavailable } from '../../src/commands/outcomes.js';
import type { CommandDataByType } from '../../src/domain/command.js';
import { ERRORS_MAX } from '../../src/http/persons/import/import-bounds.js';
import { settled } from '../commands/fakes.js';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { eventsIn, everybodyIsNew, fileSender, IMPORT, ndjson, rows, type SendFile } from './import-file.js';

jest.setTimeout(5_000);
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => {
  world.reset();
  world.execute = created;
});
afterAll(() => app.close());

const created: ReturnType<typeof everybodyIsNew> = (...given) => everybodyIsNew(world)(...given);
const send: SendFile = (body, headers) => fileSender(call)(body, headers);

describe('PR-04 POST /api/v1/persons/import', () => {
  it('answers the counts, and the position of its last row (X-11)', async () => {
    const { status, headers, body } = await send('email\na@x.io\nb@x.io\nnobody\n');
    expect([status, headers['x-tributary-position']]).toEqual([200, '3:2']);
    expect(body).toEqual({
      importId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
      rows: 3,
      created: 2,
      existing: 0,
      merged: 0,
      failed: 1,
      errors: [{ line: 4, column: 'email', message: 'email must be an email address' }],
    });
    expect(world.commands.map(({ data }) => data['source'])).toEqual(['import', 'import']);
  });

  it('tells at most 1,000 errors, and counts all', async () => {
    const { body } = await send(`email\n${'nobody\n'.repeat(ERRORS_MAX + 500)}`);
    expect([body.failed, body.errors.length, body.errors.at(-1).line]).toEqual([
      ERRORS_MAX + 500,
      ERRORS_MAX,
      ERRORS_MAX + 1,
    ]);
  });

  it('a header without rows imports nobody', async () => {
    expect((await send('email\n')).body).toMatchObject({ rows: 0, errors: [] });
  });

  it.each([
    ['an empty file', '', {}, 400, 'empty_file'],
    ['no body', undefined, {}, 400, 'empty_file'],
    ['no header', 'Ada,Lovelace\n', {}, 400, 'missing_header'],
    ['an unknown column', 'email,nope\n', {}, 400, 'unknown_column'],
    ['UTF-16', Buffer.from('\uFEFFemail\n', 'utf16le'), {}, 400, 'unsupported_encoding'],
    ['JSON', '{}', { 'content-type': 'application/json' }, 415, 'unsupported_media_type'],
    ['a form', 'a=b', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported_media_type'],
    ['Latin 1', 'email\n', { 'content-type': 'text/csv; charset=iso-8859-1' }, 415, 'unsupported_media_type'],
    ['nonsense', 'email\n', { 'content-type': 'text/csv; ;;=' }, 415, 'unsupported_media_type'],
    ['gzip', 'email\n', { 'content-encoding': 'gzip' }, 415, 'unsupported_media_type'],
  ])('%s is an error, and nothing is written', async (_what, body, headers, ...expected) => {
    const answer = await send(body, headers);
    expect([answer.status, answer.body.error.reason]).toEqual(expected);
    expect(answer.body.error.requestId).toBe(answer.headers['x-request-id']);
    expect(world.commands).toEqual([]);
  });

  it.each(['text/csv', 'TEXT/CSV; charset=UTF-8', 'text/csv;header=present; charset="utf-8"'])(
    'the content type %s is read',
    async (type) => expect((await send('email\na@x.io', { 'content-type': type })).body.created).toBe(1),
  );

  it('X-01 credentials and scope come before the file', async () => {
    expect((await send('nope', { 'x-api-key': 'wrong' })).status).toBe(401);
    world.scopes = new Set(['read']);
    expect((await send('nope')).status).toBe(403);
  });

  it('X-06 the query knows otherColumns, for CSV', async () => {
    const at = (query: string, body: string, headers = {}) =>
      call('POST', `${IMPORT}?${query}`, { body, headers: { 'content-type': 'text/csv', ...headers } });
    expect((await at('otherColumns=custom', 'email,a\nb@x.io,1')).body.created).toBe(1);
    for (const query of ['otherColumns=x', 'otherColumns=', 'nope=1', 'otherColumns=custom&otherColumns=custom']) {
      expect((await at(query, 'email\n')).status).toBe(400);
    }
    expect((await at('otherColumns=ignore', '{}', ndjson)).body.error.details[0].path).toBe('otherColumns');
  });

  it('other routes still take JSON only, and no more than 1 MiB', async () => {
    expect((await call('POST', '/api/v1/persons', { body: 'a', headers: { 'content-type': 'text/csv' } })).status).toBe(
      415,
    );
    expect((await call('POST', '/api/v1/persons', { body: `"${'x'.repeat(1024 * 1024)}"` })).status).toBe(413);
  });
});

describe('PR-04 trouble on the way', () => {
  it('a row waits while load is shed, and is sent again under its own id', async () => {
    let refusals = 3;
    world.execute = (...given: Parameters<typeof created>) => {
      if (refusals-- > 0) throw new Unavailable('lagging', 3);
      return created(...given);
    };
    const importing = whileTimePasses(send('email\na@x.io\n'));
    expect((await importing).body).toMatchObject({ created: 1, failed: 0 });
    const ids = new Set(world.commands.map(({ options }) => (options as { id: string }).id));
    expect([world.commands.length, [...ids]]).toEqual([4, [expect.stringMatching(/^[0-9a-f-]{36}$/)]]);
  });

  it('503 when there is no answer in the end; the file may be sent again', async () => {
    world.execute = () => {
      throw new Unavailable('no_answer', 2);
    };
    const importing = whileTimePasses(send('email\na@x.io\nb@x.io\n'));
    const { status, headers, body } = await importing;
    expect([status, body.error.code, headers['retry-after']]).toEqual([503, 'UNAVAILABLE', '2']);
  });

  it('a row that the decider refuses is a failed row, a bug of its own too', async () => {
    world.execute = (_type: string, data: CommandDataByType['RecordPerson']) => {
      const codes = ['GONE', 'INTERNAL_ERROR', 'CONFLICT'] as const;
      const code = codes[world.commands.length - 1];
      if (code === undefined) return created(_type, data);
      const details = code === 'CONFLICT' ? { details: { personIds: ['p1', 'p2'] } } : {};
      throw new Refused({ code, reason: 'identity_conflict', ...details }, null);
    };
    const { body } = await send('email\na@x.io\nb@x.io\nc@x.io\nd@x.io\n');
    expect([body.created, body.failed]).toEqual([1, 3]);
    expect(body.errors.map(({ line }: { line: number }) => line)).toEqual([2, 3, 4]);
    expect(body.errors[2].message).toContain('p1');
  });

  it('a bug of ours is 500 and tells nothing', async () => {
    world.execute = () => {
      throw new Error('secret');
    };
    const { status, text } = await send('email\na@x.io\n');
    expect([status, text.includes('secret')]).toEqual([500, false]);
  });

  it('as events: what goes wrong on the way is the last one', async () => {
    const { body } = await send('email\na@x.io', { accept: 'text/event-stream' }).then(({ text }) => ({
      body: eventsIn(text),
    }));
    expect(body.map(({ name }) => name)).toEqual(['progress', 'result']);
    world.execute = (...given: Parameters<typeof created>) => {
      if (world.commands.length > 1_200) throw new Error('secret');
      return created(...given);
    };
    const { status, text } = await send(rows(1_500), { ...ndjson, accept: 'text/html, text/event-stream;q=0.9' });
    const events = eventsIn(text);
    expect([status, events.map(({ name }) => name)]).toEqual([200, ['progress', 'error']]);
    expect(events[1]?.data).toMatchObject({ error: { code: 'INTERNAL_ERROR', message: 'Internal error' } });
  });
});

/** A second in every turn of the event loop. */
const whileTimePasses = async <T>(promise: Promise<T>): Promise<T> => {
  const ended = promise.then(() => true);
  for (let turn = 0; turn < 500 && !(await Promise.race([ended, settled()])); turn += 1) world.clock.advance(1_000);
  return promise;
};
