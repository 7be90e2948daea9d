import { createHash } from 'node:crypto';
import type { EnrichmentId } from '../../../src/domain/kernel/ids.js';
import type { LookupRequest, Outcome, PendingLookup } from '../../../src/providers/provider.js';
import { sandboxAdapters, type SandboxAdapter } from '../../../src/providers/sandbox/sandbox.adapter.js';
import { outcomeOf } from '../../../src/providers/sandbox/sandbox-mapping.js';
import type { SandboxReply } from '../../../src/providers/sandbox/sandbox-reply.js';
import type { SealedIdentity } from '../../../src/vault/vault.js';
import { settle, VirtualClock } from '../../log/virtual-clock.js';

const of = (slug: string): SealedIdentity => ({
  firstName: 'Zoë',
  lastName: "O'Neil",
  linkedinUrl: `https://www.linkedin.com/in/${slug}`,
});
const lookupOf = (identity: SealedIdentity, step: number, more: Partial<LookupRequest> = {}): LookupRequest => ({
  enrichmentId: 'e' as EnrichmentId,
  attemptKey: 'e/1',
  step,
  field: 'emails',
  identity,
  tries: 0,
  ...more,
});
const clock = new VirtualClock();
const instant = sandboxAdapters({ instant: true, clock });

const untilDone = async (adapter: SandboxAdapter, request: LookupRequest): Promise<Outcome> => {
  let answer: Outcome | PendingLookup = await adapter.lookup(request);
  for (let polls = 0; answer.kind === 'pending' && polls < 3; polls++) answer = await adapter.poll(answer.ref, request);
  if (answer.kind === 'pending') throw new Error('still pending');
  return answer;
};
/** What each of the three steps says. */
const steps = (slug: string, more: Partial<LookupRequest> = {}): Promise<readonly Outcome[]> =>
  Promise.all(instant.map((adapter, at) => untilDone(adapter, lookupOf(of(slug), at + 1, more))));
const brief = (outcome: Outcome): string => {
  if (outcome.kind === 'hit')
    return `hit ${[...(outcome.values.emails ?? []), ...(outcome.values.phones ?? [])][0]?.status}`;
  return 'reason' in outcome ? `${outcome.kind} ${outcome.reason}` : outcome.kind;
};

describe('sandbox', () => {
  it.each([
    ['found', 'hit deliverable', 'hit deliverable', 'hit deliverable'],
    ['found-2', 'miss not_found', 'hit deliverable', 'hit deliverable'],
    ['found-3', 'miss not_found', 'miss not_found', 'hit deliverable'],
    ['notfound', 'miss not_found', 'miss not_found', 'miss not_found'],
    ['error', 'broken sandbox_error', 'broken sandbox_error', 'broken sandbox_error'],
    ['error-then-found', 'broken sandbox_error', 'hit deliverable', 'hit deliverable'],
    ['catchall', 'hit catch_all', 'hit catch_all', 'hit catch_all'],
    ['invalid', 'hit invalid', 'hit invalid', 'hit invalid'],
    ['probable', 'hit probable', 'hit probable', 'hit probable'],
    ['badshape', 'broken unexpected_shape', 'hit deliverable', 'hit deliverable'],
    ['optout', 'miss suppressed', 'miss suppressed', 'miss suppressed'],
  ])('SB-02 %s: %s, %s, %s', async (word, ...expected) => {
    expect((await steps(`tb-${word}`)).map(brief)).toEqual(expected);
  });

  it('SB-02 ratelimited: step 1 says retry later twice, then hits', async () => {
    const first = async (tries: number) => (await steps('tb-ratelimited', { tries }))[0]?.kind;
    expect([await first(0), await first(1), await first(2)]).toEqual(['retry_later', 'retry_later', 'hit']);
  });

  it('SB-02 twice: the answer is delivered twice', async () => {
    expect(await steps('tb-twice')).toMatchObject([{ deliveries: 2 }, { deliveries: 2 }, { deliveries: 2 }]);
  });

  it.each([
    ['landline', 'landline', /^\+3319900\d{4}$/],
    ['mobile-us', 'mobile', /^\+1\d{3}55501\d{2}$/],
    ['mobile-fr', 'mobile', /^\+3319900\d{4}$/],
  ])('SB-02 %s: a phone of that kind', async (word, type, number) => {
    for (const outcome of await steps(`tb-${word}`, { field: 'phones' })) {
      expect(outcome).toMatchObject({ kind: 'hit', values: { phones: [{ type, status: 'valid' }] } });
      expect(outcome.kind === 'hit' && outcome.values.phones?.[0]?.value).toMatch(number);
    }
  });

  it('SB-02 timeout never answers', async () => {
    for (const [at, adapter] of instant.entries()) {
      const request = lookupOf(of('tb-timeout'), at + 1);
      let answer = await adapter.lookup(request);
      for (let polls = 0; polls < 50; polls++) {
        expect(answer.kind).toBe('pending');
        if (answer.kind !== 'pending') return;
        await clock.pass(answer.pollAfterMs);
        answer = await adapter.poll(answer.ref, request);
      }
    }
  });

  it('SB-02 slow-<seconds>: hits after that time, counted from the lookup, also over a restart', async () => {
    const request = lookupOf(of('tb-slow-20'), 1);
    const [fast] = instant;
    const begun = await fast?.lookup(request);
    if (begun?.kind !== 'pending') throw new Error('not pending');
    expect(begun.pollAfterMs).toBe(20_000);
    await clock.pass(19_000);
    const [restarted] = sandboxAdapters({ instant: true, clock });
    expect(await restarted?.poll(begun.ref, request)).toMatchObject({ kind: 'pending', pollAfterMs: 1_000 });
    await clock.pass(1_000);
    expect(await restarted?.poll(begun.ref, request)).toMatchObject({ kind: 'hit' });
  });

  it('SB-01 ordinary people hit by the documented hash of provider and strongest key', async () => {
    for (let person = 0; person < 50; person++) {
      const identity = of(`person-${person}`);
      const outcomes = await steps(`person-${person}`);
      [0.5, 0.8, 0.95].forEach((rate, at) => {
        const text = `${instant[at]?.id}\0${identity.linkedinUrl}`;
        const fraction = createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
        expect(outcomes[at]?.kind).toBe(fraction < rate ? 'hit' : 'miss');
      });
    }
  });

  it('SB-01 the hit rates are 50, 80 and 95 %', async () => {
    const hits = [0, 0, 0];
    for (let person = 0; person < 2_000; person++) {
      (await steps(`p${person}`)).forEach(({ kind }, at) => {
        if (kind === 'hit') hits[at] = (hits[at] ?? 0) + 1;
      });
    }
    [0.5, 0.8, 0.95].forEach((rate, at) => expect(Math.abs((hits[at] ?? 0) / 2_000 - rate)).toBeLessThan(0.04));
  });

  it('SB-01 latency is 20, 120 and 900 ms, the last one asynchronous; instant has none', async () => {
    const [fast, deep, slow] = sandboxAdapters({ instant: false, clock });
    const latencyOf = async (adapter: SandboxAdapter | undefined): Promise<number> => {
      const beganMs = clock.now();
      let done = false;
      void adapter?.lookup(lookupOf(of('tb-found'), 1)).then(() => (done = true));
      for (await settle(); !done; await settle()) await clock.pass(1);
      return clock.now() - beganMs;
    };
    expect(await latencyOf(fast)).toBe(20);
    expect(await latencyOf(deep)).toBe(120);
    expect(await slow?.lookup(lookupOf(of('tb-found'), 3))).toMatchObject({ kind: 'pending', pollAfterMs: 900 });
    expect(await latencyOf(instant[0])).toBe(0);
  });

  it('SB-03 emails are at example.com or example.org, derive from the person, and differ between people', async () => {
    const emailOf = async (slug: string) => {
      const [outcome] = await steps(slug);
      return outcome?.kind === 'hit' ? outcome.values.emails?.[0]?.value : undefined;
    };
    const slugs = Array.from({ length: 200 }, (_, index) => `tb-found-${index}x`);
    const emails = await Promise.all(slugs.map(emailOf));
    for (const email of emails) expect(email).toMatch(/^zoe\.o\.neil\.[0-9a-f]{8}@example\.(com|org)$/);
    expect(new Set(emails).size).toBe(200);
    expect(await emailOf('tb-found-0x')).toBe(emails[0]);
  });

  it('SB-03 an ordinary phone is a fictional mobile of the country', async () => {
    const numberOf = async (country: string) => {
      const identity = { ...of('tb-found'), country };
      const outcome = await untilDone(instant[0] as SandboxAdapter, lookupOf(identity, 1, { field: 'phones' }));
      return outcome.kind === 'hit' ? outcome.values.phones?.[0] : undefined;
    };
    expect(await numberOf('fr')).toMatchObject({ value: expect.stringMatching(/^\+3319900\d{4}$/), type: 'mobile' });
    expect(await numberOf('DE')).toMatchObject({ value: expect.stringMatching(/^\+1\d{3}55501\d{2}$/), country: 'US' });
  });

  it('accepts whoever can be told apart', () => {
    const [fast] = instant;
    expect(fast?.accepts('emails', { firstName: 'Jane', companyName: 'Acme' })).toBe(true);
    expect(fast?.accepts('emails', { title: 'CEO' })).toBe(false);
  });
});

describe('sandbox mapping', () => {
  const source = { identity: of('x'), provider: 'sandbox-fast', verifiedAt: '2026-11-21T00:00:00.000Z', credits: 3 };
  it.each<[SandboxReply, object]>([
    [
      { status: 'found', email: 'deliverable', phone: null, callbacks: 1 },
      { kind: 'hit', cost: { credits: 3 }, deliveries: 1 },
    ],
    [{ status: 'not_found' }, { kind: 'miss', reason: 'not_found', cost: { credits: 0 } }],
    [{ status: 'opted_out' }, { kind: 'miss', reason: 'suppressed', cost: { credits: 0 } }],
    [
      { status: 'failure', code: 'x' },
      { kind: 'broken', reason: 'x' },
    ],
    [
      { status: 'too_many_requests', retryAfterMs: 7 },
      { kind: 'retry_later', afterMs: 7 },
    ],
    [
      { status: 'working', readyAfterMs: 7 },
      { kind: 'working', readyAfterMs: 7 },
    ],
    [{ unexpected: '<html>' }, { kind: 'broken', reason: 'unexpected_shape' }],
  ])('%j → %j', (reply, expected) => {
    expect(outcomeOf(reply, lookupOf(of('x'), 1), source)).toMatchObject(expected);
  });
});
