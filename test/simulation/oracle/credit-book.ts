import type { Fact } from './events-reader.js';
import { hashOfEntry, type CreditFact } from './ledger-form.js';
import { demand } from './violation.js';

export interface GrantPage {
  readonly id: string;
  readonly expiresMs: number;
  readonly madeMs: number;
  /** Burns first what sorts first: earliest expiry, then oldest. */
  readonly order: string;
  free: number;
  reserved: number;
  /** Days before its end that were spoken of, the nearest; Infinity: none. */
  warnedDays: number;
}
/** Credits of one grant, as a positive amount. */
export interface Share {
  readonly grantId: string;
  readonly amount: number;
}
/** The money of one org, grant by grant (API CR-06, CR-10, CR-14). */
export class CreditBook {
  /** Grants with something left. */
  readonly grants = new Map<string, GrantPage>();
  private readonly made = new Set<string>();
  balance = 0;
  reserved = 0;
  entry = 0;
  hash = '0'.repeat(64);
  private readonly history: { readonly offset: number; readonly balance: number; readonly available: number }[] = [];

  constructor(private readonly org: string) {}

  get available(): number {
    return this.balance - this.reserved;
  }

  /** Balance and available as the command at `offset` left them. */
  after(offset: number): { readonly balance: number; readonly available: number } {
    const found = this.history.findLast((page) => page.offset <= offset);
    return found ?? { balance: 0, available: 0 };
  }

  /** The command at `offset` has been decided. */
  closePage(offset: number): void {
    if (this.history.at(-1)?.balance === this.balance && this.history.at(-1)?.available === this.available) return;
    this.history.push({ offset, balance: this.balance, available: this.available });
  }

  /** Free credits of grants that have run out at `nowMs`. */
  dueAt(nowMs: number): number {
    return this.pages.reduce((sum, { free, expiresMs }) => sum + (expiresMs <= nowMs ? free : 0), 0);
  }

  /** Grants with free credits that have run out at `nowMs`. */
  dueGrantsAt(nowMs: number): number {
    return this.pages.filter(({ free, expiresMs }) => free > 0 && expiresMs <= nowMs).length;
  }

  /** Grants with free credits that end soon at `nowMs` and were not spoken of. */
  warningsDueAt(nowMs: number): number {
    return this.pages.filter((page) => page.free > 0 && page.expiresMs > nowMs && daysToTell(page, nowMs) !== null)
      .length;
  }

  /** API CR-13: once per grant and distance, the nearest that has passed. */
  warned(fact: Fact<'GrantExpiryNeared'>): void {
    const { grantId, amount, expiresAt, daysBefore } = fact.data;
    const page = this.page(grantId);
    const holds =
      page.free === amount &&
      amount > 0 &&
      page.expiresMs === Date.parse(expiresAt) &&
      page.expiresMs > fact.timeMs &&
      daysToTell(page, fact.timeMs) === daysBefore;
    demand(holds, 'a grant is spoken of when it ends soon, once per distance', () => JSON.stringify({ fact, page }));
    page.warnedDays = daysBefore;
  }

  /** How much of a released reservation could be used again at `nowMs`. */
  usableOf(held: readonly Share[], nowMs: number): number {
    return held.reduce((sum, { grantId, amount }) => sum + (this.page(grantId).expiresMs > nowMs ? amount : 0), 0);
  }

  /** The entry is the next of the chain, and its hash is what its own fields say. */
  link(fact: CreditFact): void {
    const { data } = fact;
    const hash = hashOfEntry(fact, this);
    this.demand(data.entry === this.entry + 1, 'the chain is dense', fact);
    this.demand(data.prevHash === this.hash, 'an entry names the one before', fact);
    this.demand(data.hash === hash, 'the hash is that of the entry', fact);
    const isSigned = fact.type === 'CreditsAdjusted';
    const isRight = Number.isSafeInteger(data.amount) && (isSigned || data.amount >= 0);
    this.demand(isRight, 'amounts are whole, and not negative but for adjustments', fact);
    this.entry = data.entry;
    this.hash = data.hash;
  }

  granted(fact: Fact<'CreditsGranted'>): void {
    const { grantId, expiresAt } = fact.data;
    this.comesIn(fact, { id: grantId, expiresAt });
  }

  /** A refund, or an adjustment upwards, is a grant without expiry, named by its transaction. */
  refunded(fact: Fact<'CreditsRefunded'>): void {
    this.comesIn(fact, { id: fact.data.transactionId, expiresAt: null });
  }

  adjusted(fact: Fact<'CreditsAdjusted'>): void {
    const { transactionId, amount } = fact.data;
    if (amount > 0) return this.comesIn(fact, { id: transactionId, expiresAt: null });
    for (const share of this.burnt(fact, -amount)) this.page(share.grantId).free -= share.amount;
    this.balance += amount;
    this.settled(fact);
  }

  private comesIn(
    fact: Fact<'CreditsGranted' | 'CreditsRefunded' | 'CreditsAdjusted'>,
    { id, expiresAt }: { readonly id: string; readonly expiresAt: string | null },
  ): void {
    const { amount, grants } = fact.data;
    this.demand(grants.length === 1 && grants[0]?.grantId === id, 'what comes in is a grant of its own', fact);
    this.demand(grants[0]?.delta === amount, 'shares add up', fact);
    this.demand(!this.made.has(id), 'a grant is made once', fact);
    this.made.add(id);
    const order = `${expiresAt ?? '~'} ${fact.time} ${id}`;
    const expiresMs = expiresAt === null ? Infinity : Date.parse(expiresAt);
    const made = { id, expiresMs, madeMs: fact.timeMs, order };
    this.grants.set(id, { ...made, free: amount, reserved: 0, warnedDays: Infinity });
    this.balance += amount;
    this.settled(fact);
  }

  reserve(fact: Fact<'CreditsReserved'>): readonly Share[] {
    const shares = this.burnt(fact, fact.data.amount);
    for (const { grantId, amount } of shares) {
      this.page(grantId).free -= amount;
      this.page(grantId).reserved += amount;
    }
    this.reserved += fact.data.amount;
    this.settled(fact);
    return shares;
  }

  /** Free credits that leave their grants: of each that burns earlier, all of them. */
  private burnt(fact: Fact<'CreditsReserved' | 'CreditsAdjusted'>, total: number): readonly Share[] {
    const shares = this.sharesOf(fact, -1, total);
    const taken = new Map(shares.map(({ grantId, amount }) => [grantId, amount]));
    for (const { grantId } of shares) {
      const page = this.page(grantId);
      const earlier = this.pages.some(
        ({ id, free, order, expiresMs }) =>
          expiresMs > fact.timeMs && free > (taken.get(id) ?? 0) && order < page.order,
      );
      this.demand(page.expiresMs > fact.timeMs, 'an expired grant is never burnt', fact);
      this.demand(!earlier, 'what expires first is burnt first', fact);
    }
    return shares;
  }

  capture(fact: Fact<'CreditsCaptured'>): readonly Share[] {
    const shares = this.sharesOf(fact, -1);
    for (const { grantId, amount } of shares) this.page(grantId).reserved -= amount;
    this.balance -= fact.data.amount;
    this.reserved -= fact.data.amount;
    this.settled(fact);
    return shares;
  }

  release(fact: Fact<'CreditsReleased'>): readonly Share[] {
    const shares = this.sharesOf(fact, 1);
    for (const { grantId, amount } of shares) {
      this.page(grantId).reserved -= amount;
      this.page(grantId).free += amount;
    }
    this.reserved -= fact.data.amount;
    this.settled(fact);
    return shares;
  }

  expire(fact: Fact<'CreditsExpired'>): void {
    const page = this.page(fact.data.grantId);
    this.demand(page.expiresMs <= fact.timeMs, 'a grant expires at its time', fact);
    this.demand(page.free === fact.data.amount && page.free > 0, 'all that is free expires', fact);
    this.sharesOf(fact, -1);
    page.free = 0;
    this.balance -= fact.data.amount;
    this.settled(fact);
  }

  private get pages(): GrantPage[] {
    return [...this.grants.values()];
  }

  private page(grantId: string): GrantPage {
    const page = this.grants.get(grantId);
    demand(page !== undefined, 'a grant is made before it is used', () => `${this.org} ${grantId}`);
    return page;
  }

  private sharesOf(fact: CreditFact, sign: 1 | -1, expected = fact.data.amount): readonly Share[] {
    const shares = fact.data.grants.map(({ grantId, delta }) => ({ grantId, amount: sign * delta }));
    const sum = shares.reduce((total, { amount }) => total + amount, 0);
    this.demand(sum === expected && shares.every(({ amount }) => amount > 0), 'shares add up', fact);
    return shares;
  }

  /** After every entry. */
  private settled(fact: CreditFact): void {
    const pages = this.pages;
    const free = pages.reduce((sum, page) => sum + page.free, 0);
    const reserved = pages.reduce((sum, page) => sum + page.reserved, 0);
    this.demand(
      pages.every((page) => page.free >= 0 && page.reserved >= 0),
      'no grant is overdrawn',
      fact,
    );
    this.demand(this.available >= 0, 'available is never negative', fact);
    this.demand(this.reserved === reserved && this.balance === free + reserved, 'grants add up to the account', fact);
    this.demand(fact.data.available === this.available, 'an entry tells what is available', fact);
    for (const page of pages) if (page.free === 0 && page.reserved === 0) this.grants.delete(page.id);
  }

  private demand(holds: boolean, rule: string, fact: CreditFact): void {
    demand(holds, rule, () => `${this.org} ${fact.type} at ${fact.time}, ${JSON.stringify(fact.data)}`);
  }
}

const DAY_MS = 86_400_000;

/** The nearest distance that `nowMs` is within, that the grant was not made within, and that is news. */
const daysToTell = ({ expiresMs, madeMs, warnedDays }: GrantPage, nowMs: number): number | null => {
  const passed = [1, 7].filter((days) => nowMs >= expiresMs - days * DAY_MS && madeMs <= expiresMs - days * DAY_MS);
  const nearest = passed[0];
  return nearest !== undefined && nearest < warnedDays ? nearest : null;
};
