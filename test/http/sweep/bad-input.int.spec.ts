import { randomUUID } from 'node:crypto';
import { SCOPES } from '../../../src/auth/principal.js';
import { STATUS } from '../../../src/http/errors/status.js';
import { startService, type Called, type TestService } from '../../support/service.js';
import { badRequests, type BadRequest } from './requests.js';
import { ROUTES } from './routes.js';

jest.setTimeout(120_000);
const AT_ONCE = 8;
let service: TestService;
let key: string;
beforeAll(async () => {
  service = await startService({ env: { LEDGER_CHECKPOINT_SECONDS: '3600' } });
  key = await service.keyFor(service.orgId, { scopes: SCOPES });
});
afterAll(() => service.stop());

/** Ends of all partitions together: the same as before when nothing at all was decided. */
const logEnd = async (): Promise<bigint> => {
  const { log, topics } = service.running.runtime;
  const partitions = Array.from({ length: service.running.config.topicPartitions }, (_, partition) => partition);
  const ranges = await Promise.all(partitions.map((partition) => log.range(topics.events, partition)));
  return ranges.reduce((sum, { end }) => sum + end, 0n);
};

/** What is wrong with the answer; null: it is as X-05 says. */
const faultOf = ({ statuses = [400] }: BadRequest, { status, headers, body }: Called): unknown => {
  if (!statuses.includes(status)) return { status, body };
  if (status < 400) return null;
  const { error, ...others } = body as Record<string, Record<string, unknown>>;
  const { code, message, reason, requestId, details, ...more } = error ?? {};
  const isSound =
    Object.keys({ ...others, ...more }).length === 0 &&
    STATUS[code as keyof typeof STATUS] === status &&
    typeof message === 'string' &&
    message.length > 0 &&
    /^[a-z]+(_[a-z]+)*$/.test(String(reason)) &&
    requestId === headers.get('x-request-id') &&
    headers.get('content-type') === 'application/json; charset=utf-8' &&
    JSON.stringify(body).length < 5_000 &&
    (code !== 'VALIDATION_ERROR' || areFaults(details));
  return isSound ? null : { status, body };
};

const areFaults = (details: unknown): boolean =>
  details === undefined ||
  (Array.isArray(details) &&
    details.length > 0 &&
    details.every(({ path, message }) => typeof path === 'string' && typeof message === 'string'));

/** Sends all, some at a time; those whose answer is not as it should be. */
const wrongAnswers = async (requests: readonly BadRequest[]): Promise<readonly unknown[]> => {
  const wrong: unknown[] = [];
  const waiting = requests.values();
  const work = async (): Promise<void> => {
    for (const request of waiting) {
      const { what, method, path, body, headers = {} } = request;
      const called = await service.call(method, path, { key, headers, ...(body !== undefined && { body }) });
      const fault = faultOf(request, called);
      if (fault !== null) wrong.push({ request: `${method} ${path.slice(0, 200)} ${what}`, answer: fault });
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return wrong;
};

const named = ROUTES.map((route, index) => [`${route.method} ${route.path} (${index})`, route] as const);

describe('X-05, X-06 bad input: an error body that says what is wrong, never a 500, and nothing is written', () => {
  it.each(named)('%s', async (_name, route) => {
    const keyed = route.keyed === true ? { 'idempotency-key': 'sweep' } : {};
    const requests = badRequests(route).map((bad) => ({ ...bad, headers: { ...keyed, ...bad.headers } }));
    const before = await logEnd();
    const wrong = await wrongAnswers(requests);
    expect(wrong.slice(0, 20)).toEqual([]);
    expect(await logEnd()).toBe(before);
  });
});

describe('X-06 odd, and yet right', () => {
  const record = (body: string) => service.call('POST', '/api/v1/persons', { key, body });

  it.each([
    ['composed when it comes in pieces', 'Zoe\u0308', 'Zo\u00eb'],
    ['beyond the basic plane', '\u{1F469}\u200d\u{1F680} \u{20BB7}', '\u{1F469}\u200d\u{1F680} \u{20BB7}'],
    ['right to left', '\u05e2\u05d1\u05e8\u05d9\u05ea', '\u05e2\u05d1\u05e8\u05d9\u05ea'],
    ['with blanks around it', '\u00a0 Ada\u2003', 'Ada'],
    ['SQL', "Robert'); drop table persons;--", "Robert'); drop table persons;--"],
  ])('a name is taken: %s', async (_what, firstName, shown) => {
    const { status, body } = await record(JSON.stringify({ firstName, email: `${randomUUID()}@example.com` }));
    expect([status, body.firstName]).toEqual([201, shown]);
    const { body: found } = await service.call('GET', `/api/v1/persons/${body.id}`, { key });
    expect(found.firstName).toBe(shown);
  });
});
