import type { Command, CommandType } from '../../../src/domain/command.js';
import type { EventType } from '../../../src/events/event.js';
import type { Fact } from './events-reader.js';
import { expectationOf, type Expectation } from './expectation.js';
import { EnrichmentPage } from './enrichment-page.js';
import type { Share } from './credit-book.js';
import type { OrgBook } from './org-book.js';
import { completenessOf, foreseen, type Foreseen } from './completeness.js';
import { demand } from './violation.js';

const ENDING = ['CreditsReleased', 'CreditsExpired', 'EnrichmentFinished'] as const;
const MAY_CAUSE: Readonly<Record<CommandType, readonly EventType[]>> = {
  RecordPerson: ['PersonRecorded', 'CommandAnswered'],
  RequestEnrichments: ['EnrichmentRequested', 'CreditsReserved', 'CommandAnswered', ...ENDING],
  RecordProviderResponse: ['ProviderResponded', 'CreditsCaptured', ...ENDING],
  ExpireEnrichment: ENDING,
  CancelEnrichment: ['CommandAnswered', ...ENDING],
  GrantCredits: ['CreditsGranted', 'CreditsExpired', 'CommandAnswered'],
  ExpireGrants: ['CreditsExpired'],
};

/** The events of one command, entered into the books one by one; complete when `close` does not throw. */
export class Decision {
  private readonly expected: Expectation;
  private readonly foreseen: Foreseen;
  private readonly facts: Fact[] = [];
  private readonly touched = new Set<EnrichmentPage>();

  constructor(
    readonly command: Command,
    readonly offset: number,
    private readonly book: OrgBook,
    private readonly timeMs: number,
  ) {
    this.expected = expectationOf(command, book, timeMs);
    this.foreseen = foreseen(command, book, timeMs);
    this.demand(this.expected !== 'silence', 'a command that changes nothing has no events, a known id no second decision');
  }

  enter(fact: Fact): void {
    const { command, book } = this;
    this.demand(fact.commandId === command.id && fact.org === command.orgId, 'an event names its command', fact);
    this.demand(fact.timeMs === this.timeMs, 'an event has the time of its command', fact);
    if (this.expected === 'events') {
      this.demand(MAY_CAUSE[command.type].includes(fact.type), 'a command causes only events of its kind', fact);
    } else this.demand(fact.type === 'CommandRefused', 'what has to be refused is not executed', fact);
    this.facts.push(fact);
    this.write(fact);
    if (fact.type === 'PersonRecorded') book.memory.told(command.id, fact, [fact.data.personId]);
  }

  private write(fact: Fact): void {
    const { book, command } = this;
    switch (fact.type) {
      case 'PersonRecorded':
        return book.persons.recorded(fact, command as Command<'RecordPerson'>);
      case 'EnrichmentRequested':
        return this.requested(fact);
      case 'ProviderResponded':
        return this.responded(fact);
      case 'EnrichmentFinished':
        return this.page(fact.data.enrichmentId).finish(fact);
      case 'CommandAnswered':
        return book.memory.answered(fact, command);
      case 'CommandRefused':
        return this.refused(fact);
      default:
        return this.moneyMoved(fact as Parameters<Decision['moneyMoved']>[0]);
    }
  }

  private moneyMoved(
    fact: Fact<'CreditsGranted' | 'CreditsReserved' | 'CreditsCaptured' | 'CreditsReleased' | 'CreditsExpired'>,
  ): void {
    const { credits } = this.book;
    credits.link(fact);
    if (fact.type === 'CreditsGranted') credits.granted(fact);
    if (fact.type === 'CreditsExpired') credits.expire(fact);
    if (fact.type === 'CreditsReserved') this.reserved(fact, [...credits.reserve(fact)]);
    if (fact.type === 'CreditsCaptured') this.page(fact.data.enrichmentId).capture(fact, credits.capture(fact));
    if (fact.type === 'CreditsReleased') this.page(fact.data.enrichmentId).release(fact, credits.release(fact));
  }

  private requested(fact: Fact<'EnrichmentRequested'>): void {
    const { data } = fact;
    const before = this.book.currentOf(data.personId, data);
    this.demand(before?.counts !== true, 'one active or finished enrichment per person, field and options', fact);
    this.demand(data.supersedes === (before?.id ?? null), 'a new enrichment names the one it supersedes', fact);
    this.demand(!this.book.enrichments.has(data.enrichmentId), 'an enrichment is requested once', fact);
    const page = new EnrichmentPage(fact);
    this.touched.add(page);
    this.book.open(page);
  }

  private reserved(fact: Fact<'CreditsReserved'>, shares: Share[]): void {
    const { enrichments } = fact.data;
    for (const { enrichmentId, amount } of enrichments) this.page(enrichmentId).deal(shares, amount);
    this.demand(shares.length === 0, 'all that is reserved belongs to an enrichment', fact);
    const references = enrichments.map(({ enrichmentId }) => enrichmentId);
    this.book.memory.told(this.command.id, fact, references);
  }

  private responded(fact: Fact<'ProviderResponded'>): void {
    const page = this.page(fact.data.enrichmentId);
    const { late, next: _next, ...told } = fact.data;
    const asked = (this.command as Command<'RecordProviderResponse'>).data;
    this.demand(JSON.stringify(sorted(told)) === JSON.stringify(sorted(asked)), 'an answer is logged as it came', fact);
    page.responded(fact);
    if (late) this.book.memory.told(this.command.id, fact, []);
  }

  private refused(fact: Fact<'CommandRefused'>): void {
    const { code, reason } = fact.data;
    const expected = this.expected === 'events' ? 'nothing' : (this.expected as { refusal: string }).refusal;
    this.demand(expected === `${code} ${reason}`, `the reason of a refusal holds`, fact);
    this.book.memory.refused(fact, this.command);
  }

  private page(id: string): EnrichmentPage {
    const page = this.book.enrichments.get(id);
    demand(page !== undefined, 'an enrichment is requested before anything happens to it', () => id);
    this.touched.add(page);
    return page;
  }

  /** All events of the command are known: they were one append. */
  close(): void {
    const missing = this.expected === 'events' ? completenessOf(this.facts, this.foreseen) : this.refusalIsWhole();
    this.demand(missing === null, `a decision is whole: ${missing}`);
    for (const page of this.touched) page.closePage(this.offset);
    this.book.credits.closePage(this.offset);
  }

  private refusalIsWhole(): string | null {
    const [refusal, ...others] = this.facts;
    if (refusal === undefined || others.length > 0) return 'a refusal is one event';
    const { details } = refusal.data as Fact<'CommandRefused'>['data'];
    const expected = this.foreseen.details;
    return expected === null || JSON.stringify(expected) === JSON.stringify(details) ? null : 'its details';
  }

  private demand(holds: boolean, rule: string, fact?: Fact): void {
    demand(holds, rule, () => JSON.stringify({ command: this.command, offset: this.offset, expected: this.expected, fact }));
  }
}

const sorted = (data: object): object => Object.fromEntries(Object.entries(data).toSorted(([a], [b]) => (a < b ? -1 : 1)));
