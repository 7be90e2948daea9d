import { LedgerAuditor } from '../../cli/audit/ledger-auditor.js';
import type { EnrichmentId, OrgId } from '../../src/domain/kernel/ids.js';
import type { StoredEvent } from '../../src/events/event.js';
import { HIT, Story } from '../support/events.js';
import { sha256 } from '../support/given.js';

const ORG = 'acme' as OrgId;
type Refunded = StoredEvent<'CreditsRefunded'>;

/** Two enrichments that cost 1 each, and the first of them given back. */
const told = ((): readonly StoredEvent[] => {
  const story = new Story();
  story.grant(ORG, 100);
  const [one, two] = story.request(ORG, [story.person(ORG), story.person(ORG)]) as [EnrichmentId, EnrichmentId];
  story.respond(ORG, one, HIT);
  story.respond(ORG, two, HIT);
  story.refund(ORG, one);
  return story.events;
})();
const refunded = told.find((event): event is Refunded => event.type === 'CreditsRefunded') as Refunded;
const otherId = told.flatMap((event) => (event.type === 'EnrichmentFinished' ? [event.data.enrichmentId] : []))[1];

const problemsOf = (events: readonly StoredEvent[]): readonly string[] => {
  const auditor = new LedgerAuditor({ sha256, unit: 'credit', onEntry: () => undefined });
  for (const event of events) auditor.read(event);
  return auditor.findings.map(({ problem }) => problem);
};
const withRefund = (data: Partial<Refunded['data']>): readonly StoredEvent[] =>
  told.map((event) => (event === refunded ? { ...refunded, data: { ...refunded.data, ...data } } : event));

describe('CR-12 the audit of a refund', () => {
  const { enrichmentId, amount } = refunded.data;

  it('finds nothing when what was captured came back, or the one that was paid for as well', () => {
    expect(problemsOf(told)).toEqual([]);
    const chain = /chain breaks/;
    expect(problemsOf(withRefund({ enrichmentId: otherId as EnrichmentId })).filter((one) => !chain.test(one))).toEqual(
      [],
    );
  });

  it('finds one of more than was captured', () => {
    const more = { amount: amount + 1, grants: refunded.data.grants.map((share) => ({ ...share, delta: amount + 1 })) };
    expect(problemsOf(withRefund(more))).toContain(
      `enrichment ${enrichmentId} is refunded ${amount + 1}, and ${amount} was captured`,
    );
  });

  it('finds one of what nobody paid for', () => {
    const unknown = 'a0000000-0000-8000-8000-000000000000' as EnrichmentId;
    expect(problemsOf(withRefund({ enrichmentId: unknown }))).toContain(
      `enrichment ${unknown} is refunded ${amount}, and 0 was captured`,
    );
  });

  it('finds the second one', () => {
    expect(problemsOf([...told, refunded])).toContain(`enrichment ${enrichmentId} is refunded twice`);
  });
});
