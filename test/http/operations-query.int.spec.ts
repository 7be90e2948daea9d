import { randomUUID } from 'node:crypto';
import { startService, type TestService } from '../support/service.js';
import { enriched, enrichmentPath, personWith } from './int.js';

jest.setTimeout(60_000);
const QUERY = '/api/v1/operations/enrichment/batch/query';
const TASKS_MAX = 200;
let service: TestService;
beforeAll(async () => {
  service = await startService({ credits: 10_000 });
});
afterAll(() => service.stop());

const task = (entityId: string, field = 'emails') => ({ entityId, field });
const query = (tasks: readonly unknown[], key?: string) =>
  service.call('POST', QUERY, { body: { tasks }, ...(key !== undefined && { key }) });

describe('POST /api/v1/operations/enrichment/batch/query, the whole service behind it', () => {
  it('OP-20 answers what the GETs answer, in the order of the tasks, none where there is none', async () => {
    const [finished, pending] = await Promise.all(['found', 'slow-20'].map((word) => personWith(service, word)));
    const { body: found } = await enriched(service, finished!);
    const { body: open } = await service.call('POST', enrichmentPath(pending!, 'phones'));
    const unknown = randomUUID();
    const { status, headers, body } = await query([
      task(unknown, 'phones'),
      task(pending!, 'phones'),
      task(finished!.toUpperCase()),
      task(finished!, 'phones'),
      task(pending!, 'phones'),
    ]);
    expect([status, headers.get('retry-after')]).toEqual([200, '1']);
    expect(body).toEqual([
      { entityId: unknown, field: 'phones', status: 'none' },
      open,
      found,
      { entityId: finished, field: 'phones', status: 'none' },
      open,
    ]);
  });

  it('OP-03, OP-20 the newest counts', async () => {
    const personId = await personWith(service, 'error');
    await enriched(service, personId);
    const { body } = await service.call('POST', enrichmentPath(personId));
    expect((await query([task(personId)])).body).toMatchObject([{ id: body.id }]);
  });

  it('OP-20, X-11 right after a batch it finds all 100', async () => {
    const personIds = await Promise.all(Array.from({ length: 100 }, () => personWith(service, 'slow-20')));
    const { body: asked } = await service.call('POST', '/api/v1/operations/enrichment/batch', {
      body: { personIds, field: 'emails' },
    });
    const { body } = await query(personIds.map((id) => task(id)));
    expect(body).toEqual(asked);
  });

  it('OP-20 takes 200 tasks at once', async () => {
    const { status, body } = await query(Array.from({ length: TASKS_MAX }, () => task(randomUUID())));
    expect(status).toBe(200);
    expect(body.map((one: { status: string }) => one.status)).toEqual(Array(TASKS_MAX).fill('none'));
  });

  it('OP-20 enrichments of another org are none', async () => {
    const personId = await personWith(service, 'found');
    await enriched(service, personId);
    const key = await service.keyFor(await service.newOrg(`query-${randomUUID()}`));
    expect((await query([task(personId)], key)).body).toEqual([
      { entityId: personId, field: 'emails', status: 'none' },
    ]);
  });
});

describe('OP-09, OP-20 the maximum age', () => {
  let impatient: TestService;
  beforeAll(async () => {
    impatient = await startService({ env: { ENRICHMENT_MAX_AGE_SECONDS: '1' } });
  });
  afterAll(() => impatient.stop());

  it('a query ends the overdue ones and releases what they had reserved', async () => {
    const ids = await Promise.all(Array.from({ length: 10 }, () => personWith(impatient, 'timeout')));
    const asked = await impatient.call('POST', '/api/v1/operations/enrichment/batch', {
      body: { personIds: ids, field: 'emails' },
    });
    const deadlineMs = Math.max(...asked.body.map((one: { createdAt: string }) => Date.parse(one.createdAt))) + 1_000;
    const look = () => impatient.call('POST', QUERY, { body: { tasks: ids.map((id) => task(id)) } });
    let seen = await look();
    while (Date.now() <= deadlineMs) seen = await look();
    seen = await look();
    expect(seen.body.map((one: { status: string }) => one.status)).toEqual(ids.map(() => 'timeout'));
    const { body } = await impatient.call('GET', '/api/v1/operations/credits/balance');
    expect(body).toMatchObject({ balance: 1_000, reserved: 0 });
  });
});
