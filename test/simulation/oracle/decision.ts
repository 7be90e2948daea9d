import type { Command, CommandType } from '../../../src/domain/command.js';
import type { EventType } from '../../../src/events/event.js';
import type { Fact } from './events-reader.js';
import { noteFact } from './noteworthy.js';
import { expectationOf, type Expectation } from './expectation.js';
import { EnrichmentPage } from './enrichment-page.js';
import { alike } from './alike.js';
import type { Share } from './credit-book.js';
import type { CreditFact } from './ledger-form.js';
import { LevelJudge } from './level-judge.js';
import type { OrgBook } from './org-book.js';
import type { RarePaths } from '../world/rare-paths.js';
import { completenessOf, foreseen, type Foreseen } from './completeness.js';
import { demand } from './violation.js';

const ENDING = ['CreditsReleased', 'CreditsExpired', 'EnrichmentFinished'] as const;
/** Whatever moves credits or their threshold may cross it. */
const LEVEL = ['CreditsRanLow', 'CreditsDepleted'] as const;
const MAY_CAUSE: Readonly<Record<CommandType, readonly EventType[]>> = {
  RecordPerson: ['PersonRecorded', 'CommandAnswered'],
  RequestEnrichments: ['EnrichmentRequested', 'CreditsReserved', 'CommandAnswered', ...ENDING],
  RecordProviderResponse: ['ProviderResponded', 'CreditsCaptured', ...ENDING],
  ExpireEnrichment: ENDING,
  CancelEnrichment: ['CommandAnswered', ...ENDING],
  EstimateEnrichments: [],
  ChangeSettings: ['SettingsChanged', 'CommandAnswered'],
  GrantCredits: ['CreditsGranted', 'CreditsExpired', 'CommandAnswered'],
  RefundEnrichment: ['CreditsRefunded', 'CreditsExpired', 'CommandAnswered'],
  AdjustCredits: ['CreditsAdjusted', 'CreditsExpired', 'CommandAnswered'],
  ExpireGrants: ['CreditsExpired', 'GrantExpiryNeared'],
  CheckpointLedger: ['LedgerCheckpointed'],
};

const TOO_LARGE: Expectation = { refusal: 'INTERNAL_ERROR decision_unwritable' };
/** One for a new enrichment and for a grant that expires, two for an old enrichment that ends: each about a kilobyte. */
const MANY_EVENTS = 5;

export interface DecisionOptions {
  readonly command: Command;
  /** Of the command. */
  readonly offset: number;
  /** When it is decided. */
  readonly timeMs: number;
  readonly book: OrgBook;
  /** It stands in the dead letters. */
  readonly isDead: boolean;
  readonly paths: RarePaths;
}

/** The events of one command, entered into the books one by one; complete when `close` does not throw. */
export class Decision {
  private expected: Expectation;
  private readonly foreseen: Foreseen;
  private readonly facts: Fact[] = [];
  private readonly level: LevelJudge;
  private readonly touched = new Set<EnrichmentPage>();

  constructor(private readonly options: DecisionOptions) {
    const { command, book, timeMs } = options;
    this.expected = expectationOf(command, book, timeMs);
    this.foreseen = foreseen(command, book, timeMs);
    this.level = new LevelJudge(book);
    if (book.memory.decisionFor(command.id, options.offset) !== undefined)
      options.paths.saw('id decided again when forgotten');
    this.demand(
      this.expected !== 'silence',
      'a command that changes nothing has no events, a known id no second decision',
    );
  }

  get offset(): number {
    return this.options.offset;
  }

  enter(fact: Fact): void {
    const { command, book, timeMs, paths } = this.options;
    this.demand(fact.commandId === command.id && fact.org === command.orgId, 'an event names its command', fact);
    this.demand(fact.timeMs === timeMs, 'an event has the time of its command', fact);
    if (this.expected === 'events' && this.isTooLarge(fact)) this.expected = TOO_LARGE;
    if (this.expected === 'events') {
      this.demand(
        [...MAY_CAUSE[command.type], ...LEVEL].includes(fact.type),
        'a command causes only events of its kind',
        fact,
      );
    } else this.demand(fact.type === 'CommandRefused', 'what has to be refused is not executed', fact);
    this.facts.push(fact);
    this.write(fact);
    noteFact(paths, fact, this.facts);
    if (fact.type === 'PersonRecorded') book.memory.told(command.id, fact, [fact.data.personId]);
    if (fact.type === 'SettingsChanged') book.memory.told(command.id, fact, []);
  }

  /** The broker takes less than a decision about many things needs: our failure, refused and buried. */
  private isTooLarge(fact: Fact): boolean {
    if (fact.type !== 'CommandRefused' || fact.data.reason !== 'decision_unwritable') return false;
    const { book, isDead, timeMs } = this.options;
    const { fresh, endings } = this.foreseen;
    return isDead && fresh.length + 2 * endings.length + book.credits.dueGrantsAt(timeMs) >= MANY_EVENTS;
  }

  private write(fact: Fact): void {
    const { book, command } = this.options;
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
      case 'SettingsChanged':
        return book.spending.changed(fact, command);
      case 'CreditsGranted':
      case 'CreditsReserved':
      case 'CreditsCaptured':
      case 'CreditsReleased':
      case 'CreditsExpired':
      case 'CreditsRefunded':
      case 'CreditsAdjusted':
        return this.moneyMoved(fact);
      case 'CreditsRanLow':
      case 'CreditsDepleted':
        return this.level.enter(fact);
      case 'GrantExpiryNeared':
        return book.credits.warned(fact);
      case 'LedgerCheckpointed':
        return this.demand(false, 'nobody signs statements in this world', fact);
      case 'BatchDecided':
      case 'PartitionClaimed':
        return this.demand(false, 'protocol records belong to no command', fact);
    }
  }

  private moneyMoved(fact: CreditFact): void {
    const { book, command, paths } = this.options;
    const { credits, spending } = book;
    credits.link(fact);
    if (fact.type === 'CreditsGranted') credits.granted(fact);
    if (fact.type === 'CreditsExpired') credits.expire(fact);
    if (fact.type === 'CreditsAdjusted') credits.adjusted(fact);
    if (fact.type === 'CreditsRefunded') {
      this.page(fact.data.enrichmentId).refund(fact);
      credits.refunded(fact);
    }
    if (fact.type === 'CreditsReserved') spending.reserved(fact, command);
    if (fact.type === 'CreditsReleased' && spending.released(fact)) paths.saw('given back to a day that has passed');
    if (fact.type === 'CreditsReserved') this.reserved(fact, [...credits.reserve(fact)]);
    if (fact.type === 'CreditsCaptured') this.page(fact.data.enrichmentId).capture(fact, credits.capture(fact));
    if (fact.type === 'CreditsReleased') this.page(fact.data.enrichmentId).release(fact, credits.release(fact));
  }

  private requested(fact: Fact<'EnrichmentRequested'>): void {
    const { data } = fact;
    const before = this.options.book.currentOf(data.personId, data);
    const isForced = this.isForced && before?.isPending === false;
    this.demand(
      before?.counts !== true || isForced,
      'one active or finished enrichment per person, field and options',
      fact,
    );
    this.demand(data.supersedes === (before?.id ?? null), 'a new enrichment names the one it supersedes', fact);
    this.demand(!this.options.book.enrichments.has(data.enrichmentId), 'an enrichment is requested once', fact);
    if (before?.counts === true) this.options.paths.saw('enrichment forced');
    const page = new EnrichmentPage(fact);
    this.touched.add(page);
    this.options.book.open(page);
  }

  private get isForced(): boolean {
    const { command } = this.options;
    return command.type === 'RequestEnrichments' && command.data.force === true;
  }

  private reserved(fact: Fact<'CreditsReserved'>, shares: Share[]): void {
    const { enrichments } = fact.data;
    for (const { enrichmentId, amount } of enrichments) this.page(enrichmentId).deal(shares, amount);
    this.demand(shares.length === 0, 'all that is reserved belongs to an enrichment', fact);
    const references = enrichments.map(({ enrichmentId }) => enrichmentId);
    this.options.book.memory.told(this.options.command.id, fact, references);
  }

  private responded(fact: Fact<'ProviderResponded'>): void {
    const page = this.page(fact.data.enrichmentId);
    const { late, next: _next, ...told } = fact.data;
    const asked = (this.options.command as Command<'RecordProviderResponse'>).data;
    this.demand(alike(told, asked), 'an answer is logged as it came', fact);
    page.responded(fact);
    if (late) this.options.book.memory.told(this.options.command.id, fact, []);
  }

  private refused(fact: Fact<'CommandRefused'>): void {
    const { code, reason } = fact.data;
    const expected = this.expected === 'events' ? 'nothing' : (this.expected as { refusal: string }).refusal;
    this.demand(expected === `${code} ${reason}`, `the reason of a refusal holds`, fact);
    this.options.book.memory.refused(fact, this.options.command);
  }

  private page(id: string): EnrichmentPage {
    const page = this.options.book.enrichments.get(id);
    const rule = 'an enrichment is requested before anything happens to it';
    demand(page !== undefined, rule, () => JSON.stringify({ id, command: this.options.command, facts: this.facts }));
    this.touched.add(page);
    return page;
  }

  /** All events of the command are known: they were one append. */
  close(): void {
    const missing = this.expected === 'events' ? completenessOf(this.facts, this.foreseen) : this.refusalIsWhole();
    demand(missing === null, 'a decision is whole', () =>
      JSON.stringify({ missing, command: this.options.command, facts: this.facts }),
    );
    this.level.close();
    for (const page of this.touched) page.closePage(this.offset);
    this.options.book.credits.closePage(this.offset);
  }

  private refusalIsWhole(): string | null {
    const [refusal, ...others] = this.facts;
    if (refusal === undefined || others.length > 0) return 'a refusal is one event';
    const { details, code } = refusal.data as Fact<'CommandRefused'>['data'];
    const expected = this.foreseen.details;
    const hasFigures = code === 'INSUFFICIENT_CREDITS' || code === 'CAP_EXCEEDED';
    return !hasFigures || JSON.stringify(expected) === JSON.stringify(details) ? null : 'its details';
  }

  private demand(holds: boolean, rule: string, fact?: Fact): void {
    demand(holds, rule, () =>
      JSON.stringify({ command: this.options.command, offset: this.offset, expected: this.expected, fact }),
    );
  }
}
