import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { foundView, PERSON } from './views.js';

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeEach(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
afterEach(() => app.close());

const nobody = { headers: { 'x-api-key': '' } };

describe('AD-01 health', () => {
  it('live answers without a credential, whatever the roles say', async () => {
    world.roles = [{ role: 'decider', ready: false }];
    const { status, body } = await call('GET', '/health/live', nobody);
    expect([status, body]).toEqual([200, { status: 'live' }]);
  });

  it('ready is 200 when every role is, with what each says of itself', async () => {
    const partitions = [{ partition: 0, state: 'deciding', position: 12n }];
    world.roles = [
      { role: 'http', ready: true },
      { role: 'decider', ready: true, detail: { partitions } },
    ];
    const { status, body } = await call('GET', '/health/ready', nobody);
    expect(status).toBe(200);
    const decider = { ready: true, partitions: [{ partition: 0, state: 'deciding', position: '12' }] };
    expect(body).toEqual({ status: 'ready', roles: { http: { ready: true }, decider } });
  });

  it('ready is 503 with Retry-After when one role is not', async () => {
    world.roles = [
      { role: 'http', ready: true },
      { role: 'projections', ready: false, detail: { joined: true, caughtUp: false } },
    ];
    const { status, headers, body } = await call('GET', '/health/ready', nobody);
    expect([status, headers['retry-after'], body.status]).toEqual([503, '1', 'starting']);
    expect(body.roles.projections).toEqual({ ready: false, joined: true, caughtUp: false });
  });
});

describe('AD-01 metrics', () => {
  it('are Prometheus text with the durations of requests, by route and never by id', async () => {
    world.newest = () => foundView(0);
    await call('GET', `/api/v1/operations/enrichment/${PERSON}?field=emails`);
    await call('GET', '/nowhere/at/all');
    const { status, headers, text } = await call('GET', '/metrics', nobody);
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    expect(text).toContain('process_cpu_seconds_total');
    const count = (labels: string) => text.includes(`tributary_http_request_seconds_count{${labels}} 1`);
    expect(count('method="GET",route="/api/v1/operations/enrichment/:personId",status="200"')).toBe(true);
    expect(count('method="GET",route="unknown",status="404"')).toBe(true);
    expect(text).toContain('tributary_command_wait_seconds');
    expect(text).not.toContain(PERSON);
  });
});
