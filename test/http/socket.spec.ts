import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { KEY, startApp } from './app.js';
import { callerOf } from './call.js';
import { PERSON } from './views.js';

const EMAILS = `/api/v1/operations/enrichment/${PERSON}?field=emails`;
const MIB = 1024 * 1024;
let app: NestFastifyApplication;
beforeAll(async () => {
  ({ app } = await startApp());
  await app.listen(0, '127.0.0.1');
});
afterAll(() => app.close());

describe('over a real socket', () => {
  const send = (text: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = app.getHttpServer().address() as { port: number };
      const socket = connect(port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('end', () => resolve(answer));
      socket.on('error', reject);
    });

  it.each([
    ['no HTTP at all', 'nonsense\r\n\r\n', '400'],
    ['a malformed header', 'GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n', '400'],
    ['a head of 20 KiB', `GET / HTTP/1.1\r\nHost: a\r\nX: ${'x'.repeat(20_480)}\r\n\r\n`, '431'],
  ])('%s gets our error body', async (_what, text, status) => {
    const answer = await send(text);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    const body = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')));
    expect(body.error).toMatchObject({
      code: 'VALIDATION_ERROR',
      reason: 'malformed_request',
      requestId: expect.any(String),
    });
  });

  it('a body that never ends is cut off with 413', async () => {
    const head = `POST ${EMAILS} HTTP/1.1\r\nHost: a\r\nX-API-KEY: ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 99999999\r\n\r\n`;
    expect(await send(head + 'x'.repeat(16 * MIB + 1))).toMatch(/^HTTP\/1.1 413 [\s\S]*PAYLOAD_TOO_LARGE/);
  });

  it('a client that goes away in the middle of its body harms nobody', async () => {
    const { port } = app.getHttpServer().address() as { port: number };
    await new Promise<void>((resolve) => {
      const head = `POST ${EMAILS} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
      const socket = connect(port, '127.0.0.1', () => socket.write(head, () => socket.destroy()));
      socket.on('close', () => resolve());
    });
    expect((await callerOf(app)('GET', '/health/live')).status).toBe(200);
  });
});
