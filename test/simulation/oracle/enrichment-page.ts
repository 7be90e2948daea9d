import type { Fact } from './events-reader.js';
import type { Share } from './credit-book.js';
import { courseOf, dearestOf, priceOfStep, winnerOf, type Hit } from './waterfall.js';
import { demand } from './violation.js';

/** What a client is shown (API OP-01, CR-08). */
export type View = Readonly<Record<string, unknown>>;
type Ended = Fact<'EnrichmentFinished'>['data'];

const STATUS: Readonly<Record<string, readonly [status: string, dataFound: boolean | null, error: string | null]>> = {
  found: ['finished', true, null],
  not_found: ['finished', false, null],
  failed: ['failed', null, 'No provider could answer'],
  timed_out: ['timeout', null, 'Enrichment exceeded the maximum processing time'],
  cancelled: ['cancelled', null, 'Enrichment was cancelled'],
};

/** One enrichment, from its request to its end; throws at the first event that may not be. */
export class EnrichmentPage {
  readonly answers: Hit[] = [];
  ended: Ended | null = null;
  captured: Fact<'CreditsCaptured'>['data'] | null = null;
  released = 0;
  refunded: Fact<'CreditsRefunded'>['data'] | null = null;
  /** What is still set aside, first share first. */
  held: Share[] = [];
  private dealt = false;
  private updatedAt: string;
  private readonly versions: { readonly since: number; readonly view: View }[] = [];

  constructor(
    readonly request: Fact<'EnrichmentRequested'>,
    readonly deadlineMs = Date.parse(request.data.deadlineAt),
  ) {
    const { plan, next, reservedPrice } = request.data;
    this.updatedAt = request.time;
    this.demand(reservedPrice === dearestOf(plan), 'the dearest path is reserved');
    this.demand(
      next.attempt === 1 && next.step === 1 && next.provider === plan.steps[0]?.provider,
      'it starts at step 1',
    );
  }

  get id(): string {
    return this.request.data.enrichmentId;
  }
  get isPending(): boolean {
    return this.ended === null;
  }
  /** Active or finished: it answers every further request. */
  get counts(): boolean {
    return this.ended === null || this.ended.outcome === 'found' || this.ended.outcome === 'not_found';
  }
  isOverdue(nowMs: number): boolean {
    return this.isPending && this.deadlineMs <= nowMs;
  }

  deal(shares: Share[], amount: number): void {
    this.demand(!this.dealt && amount === this.request.data.reservedPrice, 'it reserves its price, once');
    this.dealt = true;
    this.held = takeFrom(shares, amount);
    this.demand(this.open === amount, 'a reservation holds enough for its enrichments');
  }

  responded({ data, time }: Fact<'ProviderResponded'>): void {
    if (data.late) return this.demand(!this.awaits(data), 'an awaited answer is not late');
    this.demand(this.awaits(data), 'an answer counts when it is awaited');
    const { attempt, step, provider, outcome, verification, keyId, sealed, cacheId } = data;
    this.answers.push({ attempt, step, provider, outcome, verification, keyId, sealed, cacheId });
    this.updatedAt = time;
    const course = this.course;
    const next = typeof course === 'string' ? null : this.attempt(course.step);
    this.demand(JSON.stringify(next) === JSON.stringify(data.next), 'the next attempt is the next of the plan');
  }

  /** The attempt that is open: the next step of the plan, or the cache instead of the first. */
  awaits(data: Pick<Hit, 'attempt' | 'step' | 'provider'>): boolean {
    const course = this.course;
    if (!this.isPending || typeof course === 'string') return false;
    const open = this.attempt(course.step);
    if (data.attempt !== open.attempt) return false;
    return (data.step === open.step && data.provider === open.provider) || (data.step === 0 && open.attempt === 1);
  }

  get course() {
    return courseOf(this.request.data.plan, this.answers);
  }

  private attempt(step: number) {
    const provider = this.request.data.plan.steps[step - 1]?.provider;
    return { attempt: this.answers.length + 1, step, provider };
  }

  capture(fact: Fact<'CreditsCaptured'>, shares: readonly Share[]): void {
    this.demand(this.captured === null, 'an enrichment is captured at most once');
    this.captured = fact.data;
    this.settle(shares, fact.data);
  }

  release(fact: Fact<'CreditsReleased'>, shares: readonly Share[]): void {
    this.released += fact.data.amount;
    this.demand(fact.data.amount > 0, 'nothing is not released');
    this.settle(shares, fact.data);
  }

  refund(fact: Fact<'CreditsRefunded'>): void {
    const { amount } = fact.data;
    this.demand(this.refunded === null, 'an enrichment is refunded at most once');
    this.demand(amount > 0 && amount <= (this.captured?.amount ?? 0), 'no more comes back than was captured');
    this.refunded = fact.data;
    this.updatedAt = fact.time;
  }

  /** A settlement takes the first shares that are held, each in the name of its grant. */
  private settle(shares: readonly Share[], data: { readonly amount: number; readonly reservationId: string }): void {
    this.demand(this.isPending, 'nothing moves after the end');
    this.demand(data.reservationId === this.request.data.reservationId, 'its own reservation is settled');
    const taken = takeFrom(this.held, data.amount);
    this.demand(JSON.stringify(taken) === JSON.stringify(shares), 'credits go back to the grants they came from');
  }

  finish({ data, time, timeMs }: Fact<'EnrichmentFinished'>): void {
    const { reservedPrice, plan } = this.request.data;
    this.demand(this.isPending, 'an enrichment ends once');
    const captured = this.captured?.amount ?? 0;
    this.demand(this.open === 0 && reservedPrice === captured + this.released, 'reserved = captured + released + open');
    this.demand(data.captured === captured && data.released === this.released, 'the end tells the amounts');
    this.demand((this.captured !== null) === (data.outcome === 'found'), 'captured when found, and only then');
    this.demand(data.outcome !== 'timed_out' || this.deadlineMs <= timeMs, 'it times out at its deadline');
    const answered = !['timed_out', 'cancelled'].includes(data.outcome);
    this.demand(!answered || data.outcome === this.course, 'the answers lead to this end');
    const winner = data.outcome === 'found' ? winnerOf(plan, this.answers) : null;
    this.demand(captured === (winner === null ? 0 : priceOfStep(plan, winner.step)), 'the winning step is the price');
    this.demand(data.sealed === (winner?.sealed ?? null), 'the winner is what was found');
    this.ended = data;
    this.updatedAt = time;
  }

  get open(): number {
    return this.held.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** The command at `since` has been decided: this is how it left the enrichment. */
  closePage(since: number): void {
    this.demand(this.dealt, 'what is requested is reserved by the same command');
    this.demand(this.isPending || this.open === 0, 'nothing stays reserved after the end');
    this.demand(this.captured === null || !this.isPending, 'a capture and the end are one decision');
    this.versions.push({ since, view: this.view });
  }

  /** As the command at `offset` left it. */
  after(offset: number): View | undefined {
    return this.versions.findLast(({ since }) => since <= offset)?.view;
  }

  private get view(): View {
    const { ended, request } = this;
    const { data, org, time } = request;
    const [status, dataFound, error] = (ended && STATUS[ended.outcome]) ?? ['pending', null, null];
    return {
      id: this.id,
      orgId: org,
      personId: data.personId,
      field: data.field,
      status,
      error,
      dataFound,
      createdBy: data.createdBy,
      createdAt: time,
      updatedAt: this.updatedAt,
      deadlineAt: data.deadlineAt,
      globalEnrichmentId: ended?.fromCache ?? null,
      creditTransactionId: this.captured?.transactionId ?? null,
      creditReservationId: data.reservationId,
      receipt: ended === null ? null : this.receipt(ended),
    };
  }

  private receipt(ended: Ended) {
    const winner = ended.outcome === 'found' ? winnerOf(this.request.data.plan, this.answers) : null;
    const lines = this.answers.map(({ provider, step, outcome, attempt }) => {
      return { provider, step, outcome, price: attempt === winner?.attempt ? ended.captured : 0 };
    });
    const { reservedPrice, priceListVersion } = this.request.data;
    const amounts = { reserved: reservedPrice, captured: ended.captured, released: ended.released };
    return { ...amounts, refunded: this.refunded?.amount ?? 0, priceListVersion, fromCache: winner?.step === 0, lines };
  }

  private demand(holds: boolean, rule: string): void {
    demand(
      holds,
      rule,
      () => `enrichment ${this.id}, ended ${JSON.stringify(this.ended)}, held ${JSON.stringify(this.held)}`,
    );
  }
}

/** Takes `amount` off the front of `shares`, which keeps the rest. */
export const takeFrom = (shares: Share[], amount: number): Share[] => {
  const taken: Share[] = [];
  for (let open = amount; open > 0;) {
    const first = shares.shift();
    if (first === undefined) return taken;
    const part = Math.min(open, first.amount);
    taken.push({ grantId: first.grantId, amount: part });
    if (part < first.amount) shares.unshift({ grantId: first.grantId, amount: first.amount - part });
    open -= part;
  }
  return taken;
};
