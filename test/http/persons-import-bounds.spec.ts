import { connect } from 'node:net';
import { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DISCARDING_MS_MAX } from '../../src/http/input/discard-rest.js';
import { FILE_BYTES_MAX } from '../../src/http/input/file-body.js';
import { IMPORTS_MAX, ROWS_IN_FLIGHT_MAX, ROWS_MAX } from '../../src/http/persons/import/import-bounds.js';
import { settled } from '../commands/fakes.js';
import { KEY, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { everybodyIsNew, fileSender, IMPORT, ndjson, rows, type SendFile } from './import-file.js';

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

describe('PR-04 bounds', () => {
  it('a file that is announced as too large is 413 before its first row', async () => {
    const { status, body } = await send('email\na@x.io', { 'content-length': String(FILE_BYTES_MAX + 1) });
    expect([status, body.error.code, body.error.details]).toEqual([
      413,
      'PAYLOAD_TOO_LARGE',
      { limitBytes: FILE_BYTES_MAX },
    ]);
    expect(world.commands).toEqual([]);
  });

  it('a file that turns out to be too large is 413, and says what of it was taken', async () => {
    const line = Buffer.from(`{"xHandle":"${'x'.repeat(64 * 1024 - 20)}"}\n`);
    const file = Readable.from(repeated(line, Math.ceil(FILE_BYTES_MAX / line.length) + 1));
    const { status, body } = await call('POST', IMPORT, { stream: file, headers: ndjson });
    expect([status, body.error.reason, body.error.details.limitBytes]).toEqual([413, 'file_too_large', FILE_BYTES_MAX]);
    expect(body.error.details.rows).toBeGreaterThan(900);
  });

  it('100,000 rows are taken, one more is 413 and the others stand', async () => {
    const { status, body } = await send('?\n'.repeat(ROWS_MAX + 1), ndjson);
    expect([status, body.error.code, body.error.reason]).toEqual([413, 'PAYLOAD_TOO_LARGE', 'too_many_rows']);
    expect(body.error.details).toMatchObject({ limitRows: ROWS_MAX, rows: ROWS_MAX, failed: ROWS_MAX });
  });

  it('so many commands are in the air at most, and so many imports under way', async () => {
    let [running, most] = [0, 0];
    world.execute = async (...given: Parameters<typeof created>) => {
      most = Math.max(most, (running += 1));
      await settled();
      running -= 1;
      return created(...given);
    };
    const imports = Array.from({ length: IMPORTS_MAX + 1 }, () => send(rows(600), ndjson));
    const statuses = (await Promise.all(imports)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(IMPORTS_MAX);
    expect(statuses).toContain(503);
    expect(most).toBeGreaterThan(ROWS_IN_FLIGHT_MAX);
    expect(most).toBeLessThanOrEqual(IMPORTS_MAX * ROWS_IN_FLIGHT_MAX);
    expect((await send(rows(1), ndjson)).status).toBe(200);
  });
});

describe('PR-04 over a real socket', () => {
  let port: number;
  beforeAll(async () => {
    await app.listen(0, '127.0.0.1');
    ({ port } = app.getHttpServer().address() as { port: number });
  });
  // Whatever still waits from before.
  beforeEach(() => world.clock.advance(60_000));
  const head = (more: string, key = KEY) =>
    `POST ${IMPORT} HTTP/1.1\r\nHost: a\r\nX-API-KEY: ${key}\r\nContent-Type: text/csv\r\n${more}\r\n\r\n`;
  const open = (text: string) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const answer = new Promise<string>((resolve) => {
      let received = '';
      socket.on('data', (chunk) => {
        received += chunk.toString();
        if (received.includes('\r\n\r\n')) resolve(received);
      });
      socket.on('error', () => resolve(received));
    });
    return { socket, answer };
  };

  it('a client that goes away stops the work at once', async () => {
    const waiting: (() => void)[] = [];
    world.execute = (...given: Parameters<typeof created>) =>
      new Promise((resolve) => waiting.push(() => resolve(created(...given))));
    const file = `email\n${Array.from({ length: 1_000 }, (_, n) => `a${n}@x.io\n`).join('')}`;
    const { socket } = open(head('Content-Length: 99999') + file);
    await until(() => waiting.length === ROWS_IN_FLIGHT_MAX);
    socket.destroy();
    for (let turn = 0; turn < 50; turn += 1) await settled();
    while (waiting.length > 0) {
      waiting.shift()?.();
      await settled();
    }
    expect(world.commands).toHaveLength(ROWS_IN_FLIGHT_MAX);
  });

  it('a file that stops arriving is given up after 30 s, whatever has come stands', async () => {
    const { socket, answer } = open(`${head('Content-Length: 99999')}email\na@x.io\nb@`);
    await until(() => world.clock.pending > 0);
    for (let turn = 0; turn < 50; turn += 1) await settled();
    world.clock.advance(30_000);
    expect(await answer).toMatch(/^HTTP\/1.1 400 [\s\S]*incomplete_file/);
    socket.destroy();
  });

  it('what is wrong with the header is answered while the file is still arriving', async () => {
    const { socket, answer } = open(`${head('Content-Length: 99999')}nope,email\n`);
    expect(await answer).toMatch(/^HTTP\/1.1 400 [\s\S]*unknown_column/);
    socket.destroy();
  });

  it('an ordinary body that stops arriving is given up after 30 s as well', async () => {
    const { socket, answer } = open(
      `POST /api/v1/persons HTTP/1.1\r\nHost: a\r\nX-API-KEY: ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
    );
    await until(() => world.clock.pending > 0);
    world.clock.advance(30_000);
    expect(await answer).toMatch(/^HTTP\/1.1 400 [\s\S]*malformed_request/);
    socket.destroy();
  });

  it('X-01 401 is answered while the file is still arriving, and the rest is thrown away within bounds', async () => {
    const { socket, answer } = open(`${head(`Content-Length: ${FILE_BYTES_MAX}`, 'wrong')}email\n`);
    expect(await answer).toMatch(/^HTTP\/1.1 401 /);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.write('x'.repeat(1024 * 1024));
    await until(() => world.clock.pending > 0);
    world.clock.advance(DISCARDING_MS_MAX);
    await closed;
  });
});

/** Some turns of the event loop later. */
const until = async (isTrue: () => boolean): Promise<void> => {
  for (let turn = 0; turn < 5_000 && !isTrue(); turn += 1) await settled();
  expect(isTrue()).toBe(true);
};

async function* repeated(line: Buffer, times: number): AsyncGenerator<Buffer> {
  for (let n = 0; n < times; n += 1) yield line;
}
