import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { UNDER_WAY_MAX } from '../../src/http/admission.js';
import { KEY, startApp, type World } from './app.js';
import { callerOf, type Call, type Called } from './call.js';
import { foundView, PERSON } from './views.js';

const ENRICHMENT = `/api/v1/operations/enrichment/${PERSON}?field=emails`;
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
  await app.listen(0, '127.0.0.1');
});
beforeEach(() => world.reset());
afterAll(() => app.close());

/** Reads that are all under way until `release`. */
const heldReads = async (count: number) => {
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  let begun = 0;
  const allBegun = new Promise<void>((resolve) => {
    world.newest = async () => {
      begun += 1;
      if (begun === count) resolve();
      await held;
      return foundView(0);
    };
  });
  const answers = Array.from({ length: count }, () => call('GET', ENRICHMENT));
  await allBegun;
  return { answers: Promise.all(answers), release };
};

const statusesOf = (answers: readonly Called[]) => [...new Set(answers.map(({ status }) => status))];

describe('overload: too many requests under way', () => {
  it('one more is told to come again, in the dialect’s words, before anybody looks who it is', async () => {
    const { answers, release } = await heldReads(UNDER_WAY_MAX);
    for (const headers of [{}, { 'x-api-key': 'none' }]) {
      const { status, headers: head, body } = await call('GET', ENRICHMENT, { headers });
      expect([status, head['retry-after']]).toEqual([503, '1']);
      expect(body.error).toMatchObject({ code: 'UNAVAILABLE', reason: 'overloaded', requestId: head['x-request-id'] });
    }
    release();
    expect(statusesOf(await answers)).toEqual([200]);
    expect((await call('GET', ENRICHMENT)).status).toBe(200);
  });

  it('writes keep their room, and probes are always answered', async () => {
    const { answers, release } = await heldReads(UNDER_WAY_MAX);
    expect((await call('POST', '/api/v1/persons', { body: {} })).status).toBe(400);
    expect((await call('GET', '/health/live')).status).toBe(200);
    expect((await call('GET', '/metrics')).status).toBe(200);
    release();
    await answers;
  });

  it('a client that goes away leaves its place', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const heads = [
      `POST /api/v1/persons HTTP/1.1\r\nHost: a\r\nX-API-KEY: ${KEY}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{`,
      `POST /api/v1/persons HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n`,
    ];
    for (let round = 0; round <= UNDER_WAY_MAX / 100; round += 1) {
      await Promise.all(Array.from({ length: 100 }, (_, index) => abandoned(port, heads[index % 2] ?? '')));
    }
    expect((await call('POST', '/api/v1/persons', { body: {} })).status).toBe(400);
  });
});

const abandoned = (port: number, head: string): Promise<void> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(head, () => socket.destroy()));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
  });
