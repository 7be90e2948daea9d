import { CancelEnrichment, CancelEnrichmentHandler } from '../../src/commands/cancel-enrichment.command.js';
import { ChangeSettings, ChangeSettingsHandler } from '../../src/commands/change-settings.command.js';
import { EstimateEnrichments, EstimateEnrichmentsHandler } from '../../src/commands/estimate-enrichments.command.js';
import { ExpireEnrichment, ExpireEnrichmentHandler } from '../../src/commands/expire-enrichment.command.js';
import type { Commands } from '../../src/commands/gateway.js';
import { AdjustCredits, AdjustCreditsHandler } from '../../src/commands/adjust-credits.command.js';
import { GrantCredits, GrantCreditsHandler, grantKeyOf } from '../../src/commands/grant-credits.command.js';
import { LogPartitionEnds } from '../../src/commands/partition-ends.js';
import type { EnrichmentTerms } from '../../src/commands/ports.js';
import { RefundEnrichment, RefundEnrichmentHandler } from '../../src/commands/refund-enrichment.command.js';
import { RequestEnrichments, RequestEnrichmentsHandler } from '../../src/commands/request-enrichments.command.js';
import type { CommandId, EnrichmentId, KeyId, OrgId, PersonId, Sealed } from '../../src/domain/kernel/ids.js';

const ORG = 'org_1' as OrgId;
const PERSON = 'p1' as PersonId;
const TERMS: EnrichmentTerms = {
  plan: { waterfallId: 'w', version: 1, steps: [], stop: 'first_verified', verifyWith: null, cachePrice: 1 },
  options: {},
  optionsHash: 'default',
  priceListVersion: 'v1',
  maxAgeMs: 800_000,
};

const recordingGateway = () => {
  const calls: unknown[][] = [];
  const execute = (...call: unknown[]) => {
    calls.push(call);
    return Promise.resolve({ result: {}, replayed: false, position: null });
  };
  return { calls, gateway: { execute } as unknown as Commands };
};

describe('the use cases', () => {
  it('request enrichments under the terms of their org and field', async () => {
    const { calls, gateway } = recordingGateway();
    const asked: unknown[] = [];
    const terms = { termsFor: (...of: unknown[]) => (asked.push(of), TERMS) };
    const request = { personIds: [PERSON], field: 'emails', createdBy: 'user_1', dialect: 'operations' } as const;
    await new RequestEnrichmentsHandler(gateway, terms).execute(
      new RequestEnrichments({ ...request, orgId: ORG, correlationId: 'r1' }),
    );
    expect(asked).toEqual([[ORG, 'emails']]);
    expect(calls).toEqual([['RequestEnrichments', ORG, { ...request, ...TERMS }, { correlationId: 'r1' }]]);
  });

  it('estimate under the same terms, and guess the cost of what is new from the plan', async () => {
    const calls: unknown[][] = [];
    const result = { created: 8, reused: 1, perItem: 3, required: 24, available: 30, shortage: null };
    const execute = (...call: unknown[]) => {
      calls.push(call);
      return Promise.resolve({ result, replayed: false, position: null });
    };
    const steps = [1, 2, 3].map((price) => ({ provider: `p${price}`, price, timeoutMs: 1, when: {} }));
    const terms = { ...TERMS, plan: { ...TERMS.plan, steps } };
    const asked = { personIds: [PERSON], field: 'emails', createdBy: 'user_1', dialect: 'operations' } as const;
    const handler = new EstimateEnrichmentsHandler({ execute } as unknown as Commands, { termsFor: () => terms }, 50);
    const estimate = new EstimateEnrichments({ ...asked, orgId: ORG, force: true, correlationId: 'r1' });
    expect(await handler.execute(estimate)).toEqual({ ...result, expected: 11 });
    expect(calls).toEqual([['EstimateEnrichments', ORG, { ...asked, ...terms, force: true }, { correlationId: 'r1' }]]);
  });

  it('change settings', async () => {
    const { calls, gateway } = recordingGateway();
    const changes = { caps: { daily: 5 }, by: 'user_1' };
    await new ChangeSettingsHandler(gateway).execute(new ChangeSettings({ orgId: ORG, changes, correlationId: 'r' }));
    expect(calls).toEqual([['ChangeSettings', ORG, changes, { correlationId: 'r' }]]);
  });

  it('cancel the enrichment of the default options', async () => {
    const { calls, gateway } = recordingGateway();
    await new CancelEnrichmentHandler(gateway, { termsFor: () => TERMS }).execute(
      new CancelEnrichment({ orgId: ORG, personId: PERSON, field: 'phones', correlationId: 'r' }),
    );
    const data = { personId: PERSON, field: 'phones', optionsHash: 'default' };
    expect(calls).toEqual([['CancelEnrichment', ORG, data, { correlationId: 'r' }]]);
  });

  it('expire an enrichment', async () => {
    const { calls, gateway } = recordingGateway();
    const enrichmentId = 'e1' as EnrichmentId;
    await new ExpireEnrichmentHandler(gateway).execute(
      new ExpireEnrichment({ orgId: ORG, enrichmentId, correlationId: 'r' }),
    );
    expect(calls).toEqual([['ExpireEnrichment', ORG, { enrichmentId }, { correlationId: 'r' }]]);
  });

  it('grant credits once per key: the same key makes the same command, other credits another fingerprint', async () => {
    const { calls, gateway } = recordingGateway();
    const handler = new GrantCreditsHandler(gateway);
    const credits = { amount: 10, source: 'manual', expiresAt: null, referenceId: null } as const;
    const grantTo = (orgId: OrgId, amount: number): Promise<unknown> => {
      const given = { ...credits, amount };
      const grant = { orgId, credits: given, key: grantKeyOf(orgId, 'k', given), correlationId: 'r' };
      return handler.execute(new GrantCredits(grant));
    };
    await grantTo(ORG, 10);
    await grantTo(ORG, 11);
    await grantTo('org_2' as OrgId, 10);
    const sent = calls.map(([, , , options]) => options as { id: string; keyed: boolean; fingerprint: string });
    expect(sent.map(({ keyed }) => keyed)).toEqual([true, true, true]);
    expect(sent[1]?.id).toBe(sent[0]?.id);
    expect(sent[2]?.id).not.toBe(sent[0]?.id);
    expect(sent[1]?.fingerprint).not.toBe(sent[0]?.fingerprint);
    expect(sent[2]?.fingerprint).toBe(sent[0]?.fingerprint);
  });
});

describe('the end of an org’s partition', () => {
  const ends = (end: bigint) =>
    new LogPartitionEnds(
      { range: (_topic, partition) => Promise.resolve({ start: 0n, end: end + BigInt(partition) }) },
      'events',
      { partitions: 8, partitionOf: () => 0 },
    );

  it('is the last record', async () => {
    expect(await ends(7n).endOf(ORG)).toEqual({ partition: 0, offset: 6n });
  });

  it('is nothing when the partition is empty', async () => {
    expect(await ends(0n).endOf(ORG)).toBeNull();
  });

  it('CR-12 refund and adjust under the key of their request', async () => {
    const { calls, gateway } = recordingGateway();
    const key = { id: 'c1' as CommandId, fingerprint: 'f' };
    const because = { reasonCode: 'other', by: 'key:1', note: { keyId: 'k' as KeyId, sealed: 's' as Sealed } } as const;
    const data = { enrichmentId: 'e1' as EnrichmentId, amount: null, ...because };
    const asked = { orgId: ORG, correlationId: 'r', key };
    await new RefundEnrichmentHandler(gateway).execute(new RefundEnrichment({ ...asked, data }));
    await new AdjustCreditsHandler(gateway).execute(new AdjustCredits({ ...asked, data: { amount: -2, ...because } }));
    const options = { correlationId: 'r', ...key, keyed: true };
    expect(calls).toEqual([
      ['RefundEnrichment', ORG, data, options],
      ['AdjustCredits', ORG, { amount: -2, ...because }, options],
    ]);
  });
});
