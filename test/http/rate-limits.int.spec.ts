import { startService, type TestService } from '../support/service.js';

jest.setTimeout(60_000);
const BALANCE = '/api/v1/operations/credits/balance';
let first: TestService;
let second: TestService;
beforeAll(async () => {
  const env = { RATE_LIMIT_READS: '7' };
  first = await startService({ env });
  second = await startService({ env, beside: first });
});
afterAll(async () => {
  await second.stop();
  await first.stop();
});

describe('X-08 over real HTTP, two processes', () => {
  it('a process that starts beside another enforces its share from the first request, and says so', async () => {
    const seen: number[] = [];
    for (let request = 0; request < 4; request += 1) {
      const { status, headers } = await second.call('GET', BALANCE);
      seen.push(status);
      expect([headers.get('x-ratelimit-limit'), headers.get('x-ratelimit-remaining')]).toEqual([
        '3',
        String(Math.max(0, 2 - request)),
      ]);
    }
    expect(seen).toEqual([200, 200, 200, 429]);
    const { headers, body } = await second.call('GET', BALANCE);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(body.error).toMatchObject({ code: 'RATE_LIMITED', reason: 'rate_limited' });
  });

  it('what one org uses up is another org’s no concern', async () => {
    const key = await second.keyFor(await second.newOrg('other'));
    expect((await second.call('GET', BALANCE, { key })).status).toBe(200);
  });
});
