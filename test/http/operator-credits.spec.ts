import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Refused } from '../../src/commands/outcomes.js';
import type { KeyId, OrgId, Sealed } from '../../src/domain/kernel/ids.js';
import { SCOPES } from '../../src/auth/principal.js';
import { ORG, startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { ENRICHMENT } from './views.js';

const GRANTS = '/api/v1/credits/grants';
const REFUNDS = '/api/v1/credits/refunds';
const ADJUSTMENTS = '/api/v1/credits/adjustments';
const TRANSACTION = '7a7a0000-0000-8000-8000-000000000000';
const OTHER = 'org_2' as OrgId;

let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => {
  world.reset();
  world.orgs = [OTHER, 'org_2~test'];
});
afterAll(() => app.close());

const BODIES = [
  [GRANTS, { amount: 5, source: 'purchase' }],
  [REFUNDS, { enrichmentId: ENRICHMENT, reason: 'wrong person' }],
  [ADJUSTMENTS, { amount: -5, reason: 'counted twice' }],
] as const;
const post = (url: string, body: unknown, key: string | null = 'k-1') =>
  call('POST', url, { body, headers: key === null ? {} : { 'idempotency-key': key } });
const answers = (result: object) => () => ({ result, replayed: false, position: { partition: 1, offset: 7n } });

describe('POST /api/v1/credits/grants', () => {
  const granted = answers({ grantId: TRANSACTION, balance: 15, available: 12 });

  it('CR-12 CR-06 grants to the own org, and says what is there now', async () => {
    world.execute = granted;
    const body = { amount: 5, source: 'purchase', expiresAt: '2027-01-01T00:00:00+01:00', referenceId: 'inv/2026-7' };
    const { status, headers, body: answer } = await post(GRANTS, body);
    expect(status).toBe(201);
    const credits = { ...body, expiresAt: '2026-12-31T23:00:00.000Z' };
    expect(answer).toEqual({
      grantId: TRANSACTION,
      orgId: ORG,
      ...credits,
      balance: 15,
      available: 12,
      unit: 'credit',
    });
    expect(headers).toMatchObject({ 'x-tributary-position': '1:7', 'x-credits-available': '12' });
    const [sent] = world.commands;
    expect(sent).toMatchObject({ type: 'GrantCredits', orgId: ORG, options: { keyed: true } });
    expect(sent?.data).toEqual({ ...credits, by: 'user_1' });
  });

  it('CR-12 grants to the org that the body names', async () => {
    world.execute = granted;
    const { status, body } = await post(GRANTS, { orgId: OTHER, amount: 5, source: 'manual' });
    expect([status, body.orgId, body.expiresAt, body.referenceId]).toEqual([201, OTHER, null, null]);
    expect(world.commands[0]?.orgId).toBe(OTHER);
  });

  it('CR-10 seals the description for the org it is about; nothing that is sent shows it', async () => {
    world.execute = granted;
    await post(GRANTS, { orgId: OTHER, amount: 5, source: 'bonus', description: 'for Ada Lovelace' });
    expect(JSON.stringify(world.commands)).not.toContain('Lovelace');
    const note = world.commands[0]?.data['note'] as { keyId: KeyId; sealed: Sealed };
    expect(await world.vault.open(OTHER, note.keyId, 'note', note.sealed)).toBe('for Ada Lovelace');
    await expect(world.vault.open(ORG, note.keyId, 'note', note.sealed)).rejects.toThrow();
  });

  it('CR-10 each note has a key of its own, the same one for a repeat of its request', async () => {
    world.execute = granted;
    const body = { amount: 5, source: 'bonus', description: 'x' };
    for (const key of ['a', 'b', 'a']) await post(GRANTS, body, key);
    const [a, b, again] = world.commands.map(({ data }) => (data['note'] as { keyId: string }).keyId);
    expect(a).not.toBe(b);
    expect(again).toBe(a);
  });

  it.each([
    [{}, 'invalid_amount'],
    [{ amount: 0 }, 'invalid_amount'],
    [{ amount: -1 }, 'invalid_amount'],
    [{ amount: 0.5 }, 'invalid_amount'],
    [{ amount: '5' }, 'invalid_amount'],
    [{ amount: null }, 'invalid_amount'],
    [{ amount: 2 ** 53 }, 'invalid_amount'],
    [{ amount: 5 }, 'invalid_source'],
    [{ amount: 5, source: 'Purchase' }, 'invalid_source'],
    [{ amount: 5, source: 'bonus', expiresAt: '2027-01-01' }, 'invalid_expires_at'],
    [{ amount: 5, source: 'bonus', expiresAt: null }, 'invalid_expires_at'],
    [{ amount: 5, source: 'bonus', referenceId: 'ada@example.com' }, 'invalid_reference_id'],
    [{ amount: 5, source: 'bonus', referenceId: '' }, 'invalid_reference_id'],
    [{ amount: 5, source: 'bonus', description: 'x'.repeat(501) }, 'invalid_description'],
    [{ amount: 5, source: 'bonus', description: 'a\u0000b' }, 'control_characters'],
    [{ amount: 5, source: 'bonus', orgId: 'org 2' }, 'invalid_org_id'],
    [{ amount: 5, source: 'bonus', orgId: '' }, 'invalid_org_id'],
    [{ amount: 5, source: 'bonus', orgId: ['org_2'] }, 'invalid_org_id'],
    [{ amount: 5, source: 'bonus', by: 'me' }, 'unknown_property'],
    [{ amount: 5, source: 'bonus', note: {} }, 'unknown_property'],
  ])('CR-06 X-06 %j → 400 %s, and nothing is sent', async (body, reason) => {
    const { status, body: answer } = await post(GRANTS, body);
    expect([status, answer.error.code, answer.error.reason]).toEqual([400, 'VALIDATION_ERROR', reason]);
    expect(world.commands).toEqual([]);
  });
});

describe('POST /api/v1/credits/refunds', () => {
  const refunded = answers({ transactionId: TRANSACTION, amount: 3, balance: 15, available: 12 });

  it('CR-12 refunds all that an enrichment cost when no amount is named', async () => {
    world.execute = refunded;
    const { status, body } = await post(REFUNDS, { enrichmentId: ENRICHMENT.toUpperCase(), reason: 'not Ada' });
    expect(status).toBe(201);
    const about = { transactionId: TRANSACTION, orgId: ORG, enrichmentId: ENRICHMENT, amount: 3, reasonCode: 'other' };
    expect(body).toEqual({ ...about, balance: 15, available: 12, unit: 'credit' });
    const { type, data } = world.commands[0]!;
    expect([type, data]).toMatchObject(['RefundEnrichment', { enrichmentId: ENRICHMENT, amount: null, by: 'user_1' }]);
    expect(JSON.stringify(world.commands)).not.toContain('not Ada');
  });

  it('CR-12 takes a part and a reason code', async () => {
    world.execute = refunded;
    await post(REFUNDS, { orgId: OTHER, enrichmentId: ENRICHMENT, amount: 1, reason: 'x', reasonCode: 'bad_data' });
    expect(world.commands[0]).toMatchObject({ orgId: OTHER, data: { amount: 1, reasonCode: 'bad_data' } });
  });

  it.each([
    ['NOT_FOUND', 'unknown_enrichment', 404, undefined],
    ['CONFLICT', 'already_refunded', 409, { transactionId: TRANSACTION, amount: 3 }],
    ['CONFLICT', 'more_than_captured', 409, { captured: 3, amount: 4 }],
    ['CONFLICT', 'nothing_captured', 409, undefined],
    ['CONFLICT', 'still_pending', 409, undefined],
  ] as const)('CR-12 %s %s is %i', async (code, reason, expected, details) => {
    world.execute = () => {
      throw new Refused({ code, reason, ...(details && { details }) }, null);
    };
    const { status, body } = await post(REFUNDS, { enrichmentId: ENRICHMENT, reason: 'x' });
    expect([status, body.error.code, body.error.reason, body.error.details]).toEqual([expected, code, reason, details]);
  });

  it.each([
    [{ reason: 'x' }, 'invalid_enrichment_id'],
    [{ enrichmentId: 'x', reason: 'x' }, 'invalid_enrichment_id'],
    [{ enrichmentId: ENRICHMENT }, 'invalid_reason'],
    [{ enrichmentId: ENRICHMENT, reason: '  ' }, 'invalid_reason'],
    [{ enrichmentId: ENRICHMENT, reason: 7 }, 'invalid_reason'],
    [{ enrichmentId: ENRICHMENT, reason: 'x', reasonCode: 'because' }, 'invalid_reason_code'],
    [{ enrichmentId: ENRICHMENT, reason: 'x', amount: 0 }, 'invalid_amount'],
    [{ enrichmentId: ENRICHMENT, reason: 'x', amount: null }, 'invalid_amount'],
  ])('CR-12 X-06 %j → 400 %s, and nothing is sent', async (body, reason) => {
    const { status, body: answer } = await post(REFUNDS, body);
    expect([status, answer.error.code, answer.error.reason]).toEqual([400, 'VALIDATION_ERROR', reason]);
    expect(world.commands).toEqual([]);
  });
});

describe('POST /api/v1/credits/adjustments', () => {
  it.each([7, -7])('CR-12 adjusts by %i', async (amount) => {
    world.execute = answers({ transactionId: TRANSACTION, balance: 15, available: 12 });
    const { status, body } = await post(ADJUSTMENTS, { amount, reason: 'counted twice', reasonCode: 'correction' });
    expect(status).toBe(201);
    const about = { transactionId: TRANSACTION, orgId: ORG, amount, reasonCode: 'correction' };
    expect(body).toEqual({ ...about, balance: 15, available: 12, unit: 'credit' });
    expect(world.commands[0]).toMatchObject({ type: 'AdjustCredits', data: { amount, reasonCode: 'correction' } });
    expect(JSON.stringify(world.commands)).not.toContain('twice');
  });

  it('CR-12 more than is available is 402 with the numbers', async () => {
    const details = { required: 9, available: 4, shortfall: 5 };
    world.execute = () => {
      throw new Refused({ code: 'INSUFFICIENT_CREDITS', reason: 'insufficient_credits', details }, null);
    };
    const { status, body } = await post(ADJUSTMENTS, { amount: -9, reason: 'x' });
    expect([status, body.error.code, body.error.details]).toEqual([402, 'INSUFFICIENT_CREDITS', details]);
  });

  it.each([0, 0.5, '1', null, -(2 ** 53), [], undefined])('CR-12 the amount %j is 400', async (amount) => {
    const { status, body } = await post(ADJUSTMENTS, { amount, reason: 'x' });
    expect([status, body.error.reason]).toEqual([400, 'invalid_amount']);
    expect(world.commands).toEqual([]);
  });
});

describe.each(BODIES)('POST %s', (url, body) => {
  it('X-07 needs an Idempotency-Key', async () => {
    const { status, body: answer } = await post(url, body, null);
    expect([status, answer.error.code, answer.error.reason]).toEqual([
      400,
      'VALIDATION_ERROR',
      'idempotency_key_required',
    ]);
    expect(world.commands).toEqual([]);
  });

  it('X-07 a repeat says so', async () => {
    const result = { grantId: TRANSACTION, transactionId: TRANSACTION, amount: 1, balance: 1, available: 1 };
    world.execute = () => ({ result, replayed: true, position: null });
    const { status, headers } = await post(url, body);
    expect([status, headers['idempotency-replayed']]).toEqual([201, 'true']);
  });

  it.each([ORG, OTHER])('CR-12 X-02 all scopes but operator together do not reach %s', async (orgId) => {
    world.scopes = new Set(SCOPES.filter((scope) => scope !== 'operator'));
    const { status, body: answer } = await post(url, { ...body, orgId });
    expect([status, answer.error.code, answer.error.reason]).toEqual([403, 'FORBIDDEN', 'missing_scope']);
    expect(world.commands).toEqual([]);
  });

  it('CR-12 the scope operator alone is enough', async () => {
    world.scopes = new Set(['operator']);
    world.execute = answers({ grantId: TRANSACTION, transactionId: TRANSACTION, amount: 1, balance: 1, available: 1 });
    expect((await post(url, { ...body, orgId: OTHER })).status).toBe(201);
  });

  it('X-03 a test key reaches its own sandbox only', async () => {
    world.mode = 'test';
    for (const orgId of [OTHER, 'org_2~test']) {
      const { status, body: answer } = await post(url, { ...body, orgId });
      expect([status, answer.error.reason]).toEqual([403, 'test_key']);
    }
    expect(world.commands).toEqual([]);
    world.execute = answers({ grantId: TRANSACTION, transactionId: TRANSACTION, amount: 1, balance: 1, available: 1 });
    expect((await post(url, { ...body, orgId: ORG })).status).toBe(201);
  });

  it('CR-12 an org that does not exist is 404, and gets no account', async () => {
    const { status, body: answer } = await post(url, { ...body, orgId: 'org_3' });
    expect([status, answer.error.code, answer.error.reason]).toEqual([404, 'NOT_FOUND', 'unknown_org']);
    expect(world.commands).toEqual([]);
  });
});
