import type { Verification } from '../../src/domain/waterfall/plan.js';
import type { FoundValues, Outcome } from '../../src/providers/provider.js';
import { normalisedValues, verificationOf } from '../../src/providers/values.js';
import { verdictOf } from '../../src/providers/verdict.js';
import type { FoundEmail, FoundPhone } from '../../src/vault/vault.js';

const email = (value: string, more: Partial<FoundEmail> = {}): FoundEmail => ({
  value,
  type: 'work',
  status: 'deliverable',
  provider: 'vendor',
  confidence: 0.9,
  verifiedAt: '2026-11-21T00:00:00.000Z',
  ...more,
});
const phone = (value: string, more: Partial<FoundPhone> = {}): FoundPhone => ({
  value,
  type: 'unknown',
  status: 'unknown',
  provider: 'vendor',
  confidence: 0.9,
  country: null,
  verifiedAt: '2026-11-21T00:00:00.000Z',
  ...more,
});
const hit = (values: FoundValues): Outcome => ({ kind: 'hit', values, cost: { credits: 2, basis: 'reported' } });
const live = { field: 'emails', sandbox: false } as const;

describe('what an outcome means for the waterfall', () => {
  it.each<[Outcome, string, string | null]>([
    [hit({ emails: [email('a@example.com')] }), 'hit', null],
    [{ kind: 'miss', reason: 'not_found', cost: { credits: 0, basis: 'reported' } }, 'miss', 'not_found'],
    [{ kind: 'miss', reason: 'no_field', cost: { credits: 1, basis: 'reported' } }, 'miss', 'no_field'],
    [{ kind: 'miss', reason: 'suppressed', cost: { credits: 0, basis: 'reported' } }, 'miss', 'suppressed'],
    [{ kind: 'out_of_credits' }, 'error', 'out_of_credits'],
    [{ kind: 'bad_credentials' }, 'error', 'bad_credentials'],
    [{ kind: 'blocked', reason: 'anything' }, 'error', 'blocked'],
    [{ kind: 'invalid_input', reason: 'anything' }, 'error', 'invalid_input'],
    [{ kind: 'broken', reason: 'anything' }, 'error', 'broken'],
    [{ kind: 'retry_later', afterMs: 1, reason: 'anything' }, 'error', 'retries_exhausted'],
    [hit({ emails: [email('a@example.com', { type: 'personal' })] }), 'miss', 'no_field'],
    [hit({}), 'miss', 'no_field'],
  ])('%j → %s %s', (outcome, kind, reason) => {
    expect(verdictOf(outcome, live)).toMatchObject({ outcome: kind, reason });
  });

  it('counts values and tells the vendor price', () => {
    const two = hit({ emails: [email('a@example.com'), email('b@example.com', { status: 'probable' })] });
    expect(verdictOf(two, live)).toMatchObject({
      valuesFound: 2,
      vendorPrice: 2,
      verification: 'deliverable',
      deliveries: 1,
    });
  });
});

describe('values', () => {
  const order: Verification[] = ['deliverable', 'catch_all_verified', 'probable', 'catch_all', 'unknown', 'invalid'];
  it('WF-06 the best status among the values is the verification', () => {
    order.forEach((status, at) => {
      const rest = order.slice(at) as FoundEmail['status'][];
      const emails = rest.toReversed().map((each, index) => email(`${index}@example.com`, { status: each }));
      expect(verificationOf({ emails })).toBe(status);
    });
  });

  it('X-13 emails keep their local part, the domain is lower case', () => {
    expect(normalisedValues('emails', { emails: [email('Jane.Doe@Example.COM')] }, false).emails?.[0]?.value).toBe(
      'Jane.Doe@example.com',
    );
  });

  it('one entry for each value, the better one', () => {
    const emails = [
      email('a@Example.com', { status: 'unknown' }),
      email('a@example.com'),
      email('b@example.com', { confidence: 1 }),
    ];
    expect(normalisedValues('emails', { emails }, false).emails?.map(({ value, status }) => [value, status])).toEqual([
      ['b@example.com', 'deliverable'],
      ['a@example.com', 'deliverable'],
    ]);
  });

  it('personal addresses count for personal_emails only, work addresses for emails only', () => {
    const emails = [email('w@example.com'), email('p@example.com', { type: 'personal' })];
    expect(normalisedValues('emails', { emails }, false).emails?.map(({ value }) => value)).toEqual(['w@example.com']);
    expect(normalisedValues('personal_emails', { emails }, false).emails?.map(({ value }) => value)).toEqual([
      'p@example.com',
    ]);
  });

  it.each<[string, FoundPhone, Partial<FoundPhone> | null]>([
    ['E.164', phone('+33 6 12 34 56 78'), { value: '+33612345678', country: 'FR', type: 'mobile', status: 'valid' }],
    ['by country', phone('(650) 253-0000', { country: 'US' }), { value: '+16502530000', status: 'valid' }],
    ['a number the country does not have', phone('+33 0 00 00 00 00'), { status: 'invalid' }],
    ['refuted by the vendor', phone('+33612345678', { status: 'invalid' }), { status: 'invalid' }],
    ['the vendor knows the line', phone('+16502530000', { type: 'voip' }), { type: 'voip' }],
    ['no number at all', phone('call me'), null],
  ])('WF-07 phones of live vendors: %s', (_, given, expected) => {
    const [found] = normalisedValues('phones', { phones: [given] }, false).phones ?? [];
    if (expected === null) expect(found).toBeUndefined();
    else expect(found).toMatchObject(expected);
  });

  it('SB-03 fictional numbers keep the status that the sandbox gives', () => {
    const given = phone('+33639981234', { status: 'valid', type: 'mobile', country: 'FR' });
    expect(normalisedValues('phones', { phones: [given] }, true).phones).toEqual([given]);
    expect(normalisedValues('phones', { phones: [given] }, false).phones).toMatchObject([{ status: 'invalid' }]);
  });
});
