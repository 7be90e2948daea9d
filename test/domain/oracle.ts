import type { AppliedEvent } from '../../src/domain/evolve.js';
import { sha256 } from '../support/given.js';
import { canonicalJson } from './canonical-json.js';

interface GrantBook {
  readonly id: string;
  readonly expiresAt: string | null;
  readonly grantedAt: string;
  free: number;
}
interface EnrichmentBook {
  /** One grant id per credit that is still set aside, in the order it was taken. */
  held: string[];
  reserved: number;
  captured: number;
  captures: number;
  released: number;
  outcome: string | null;
  refunds: number;
}
type CreditData = { entry: number; prevHash: string; hash: string; available: number; amount: number };
type Shares = readonly { readonly grantId: string; readonly delta: number }[];
type Event<T extends AppliedEvent['type']> = Extract<AppliedEvent, { readonly type: T }>;

const SIGNS: Readonly<Record<string, readonly [type: string, amount: number, reserved: number]>> = {
  CreditsGranted: ['grant', 1, 0],
  CreditsReserved: ['reserve', 0, 1],
  CreditsCaptured: ['capture', -1, -1],
  CreditsReleased: ['release', 0, -1],
  CreditsExpired: ['expire', -1, 0],
  CreditsRefunded: ['refund', 1, 0],
  CreditsAdjusted: ['adjust', 1, 0],
};

/**
 * Keeps books of one org from its events alone, credit by credit, with none of the production code, and throws at
 * the first event that breaks a rule of API CR-06, CR-10 or CR-14.
 */
export class Oracle {
  readonly grants = new Map<string, GrantBook>();
  readonly enrichments = new Map<string, EnrichmentBook>();
  private readonly deadlines = new Map<string, string>();
  private head = { entry: 0, hash: '0'.repeat(64) };

  apply(event: AppliedEvent): void {
    if (event.type in SIGNS) this.checkLink(event);
    if (event.type === 'EnrichmentRequested') this.deadlines.set(event.data.enrichmentId, event.data.deadlineAt);
    if (event.type === 'CreditsGranted') this.granted(event);
    if (event.type === 'CreditsReserved') this.reserved(event);
    if (event.type === 'CreditsCaptured') this.captured(event);
    if (event.type === 'CreditsReleased') this.released(event);
    if (event.type === 'CreditsExpired') this.expired(event);
    if (event.type === 'CreditsRefunded') this.refunded(event);
    if (event.type === 'CreditsAdjusted') this.adjusted(event);
    if (event.type === 'EnrichmentFinished') this.finished(event);
    if (event.type in SIGNS) this.check((event.data as CreditData).available === this.available(), event);
  }

  available(): number {
    return [...this.grants.values()].reduce((sum, grant) => sum + grant.free, 0);
  }

  /** The account must say the same as the books: reserved is what is still open, the balance holds both. */
  compare({ balance, reserved }: { readonly balance: number; readonly reserved: number }): void {
    const open = [...this.enrichments.values()].reduce((sum, { held }) => sum + held.length, 0);
    const agreed = reserved === open && balance - reserved === this.available();
    if (!agreed)
      throw new Error(`the account says ${balance}/${reserved}, the books ${this.available()} free, ${open} open`);
  }

  private granted({ data, time }: Event<'CreditsGranted'>): void {
    this.grants.set(data.grantId, { id: data.grantId, expiresAt: data.expiresAt, grantedAt: time, free: data.amount });
  }

  private reserved(event: Event<'CreditsReserved'>): void {
    const units: string[] = [];
    for (const { grantId, delta } of event.data.grants) {
      for (let credit = 0; credit < -delta; credit++) units.push(this.burnOne(grantId, event));
    }
    this.check(units.length === event.data.amount, event);
    for (const { enrichmentId, amount } of event.data.enrichments) {
      const held = units.splice(0, amount);
      this.check(held.length === amount && !this.enrichments.has(enrichmentId), event);
      this.enrichments.set(enrichmentId, {
        held,
        reserved: amount,
        captured: 0,
        captures: 0,
        released: 0,
        outcome: null,
        refunds: 0,
      });
    }
    this.check(units.length === 0, event);
  }

  /** The credit that burns next is one of the grant that expires first, then is oldest, and has not expired. */
  private burnOne(grantId: string, event: AppliedEvent): string {
    const grant = this.grants.get(grantId)!;
    const key = (other: GrantBook) => `${other.expiresAt ?? '~'} ${other.grantedAt} ${other.id}`;
    const better = [...this.grants.values()].some((other) => other.free > 0 && key(other) < key(grant));
    this.check(grant.free > 0 && !better && (grant.expiresAt === null || grant.expiresAt > event.time), event);
    grant.free -= 1;
    return grantId;
  }

  private captured(event: Event<'CreditsCaptured'>): void {
    const book = this.enrichments.get(event.data.enrichmentId)!;
    book.captures += 1;
    book.captured += event.data.amount;
    const deadlineAt = this.deadlines.get(event.data.enrichmentId) ?? '';
    this.check(book.captures === 1 && book.outcome === null && event.time < deadlineAt, event);
    this.takeHeld(book, event.data.grants, event);
  }

  private released(event: Event<'CreditsReleased'>): void {
    const book = this.enrichments.get(event.data.enrichmentId)!;
    book.released += event.data.amount;
    this.check(book.outcome === null && event.data.amount > 0, event);
    for (const grantId of this.takeHeld(book, event.data.grants, event)) this.grants.get(grantId)!.free += 1;
  }

  /** What leaves a reservation are its first credits, each in the name of the grant it came from. */
  private takeHeld(book: EnrichmentBook, shares: Shares, event: AppliedEvent): string[] {
    const named = shares.flatMap(({ grantId, delta }) => Array<string>(Math.abs(delta)).fill(grantId));
    const taken = book.held.splice(0, (event.data as CreditData).amount);
    this.check(named.join() === taken.join(), event);
    return taken;
  }

  private expired(event: Event<'CreditsExpired'>): void {
    const grant = this.grants.get(event.data.grantId)!;
    this.check(grant.expiresAt !== null && grant.expiresAt <= event.time && grant.free === event.data.amount, event);
    grant.free = 0;
  }

  private refunded(event: Event<'CreditsRefunded'>): void {
    const { enrichmentId, transactionId, amount, grants } = event.data;
    const book = this.enrichments.get(enrichmentId)!;
    book.refunds += 1;
    this.check(book.refunds === 1 && book.outcome === 'found' && amount > 0 && amount <= book.captured, event);
    this.comesIn(event, { transactionId, grants, amount });
  }

  private adjusted(event: Event<'CreditsAdjusted'>): void {
    const { amount, grants } = event.data;
    this.check(amount !== 0, event);
    if (amount > 0) return this.comesIn(event, event.data);
    const taken = grants.reduce((sum, { delta }) => sum - delta, 0);
    for (const { grantId, delta } of grants)
      for (let credit = 0; credit < -delta; credit++) this.burnOne(grantId, event);
    this.check(taken === -amount && grants.every(({ delta }) => delta < 0), event);
  }

  private comesIn(
    event: AppliedEvent,
    { transactionId: id, grants, amount }: { transactionId: string; grants: Shares; amount: number },
  ): void {
    this.check(grants.length === 1 && grants[0]?.grantId === id && grants[0].delta === amount, event);
    this.check(!this.grants.has(id), event);
    this.grants.set(id, { id, expiresAt: null, grantedAt: event.time, free: amount });
  }

  private finished(event: Event<'EnrichmentFinished'>): void {
    const { data } = event;
    const book = this.enrichments.get(data.enrichmentId)!;
    this.check(book.outcome === null && book.held.length === 0, event);
    this.check(book.captures === (data.outcome === 'found' ? 1 : 0), event);
    this.check(book.reserved === book.captured + book.released, event);
    this.check(data.captured === book.captured && data.released === book.released, event);
    const freeExpired = [...this.grants.values()].some(
      ({ expiresAt, free }) => expiresAt !== null && expiresAt <= event.time && free > 0,
    );
    this.check(!freeExpired, event);
    book.outcome = data.outcome;
  }

  private checkLink(event: AppliedEvent): void {
    const data = event.data as CreditData & { grants: Shares; reservationId?: string };
    const [type = '', amountSign = 0, reservedSign = 0] = SIGNS[event.type] ?? [];
    const form = canonicalJson({
      v: 1,
      org: event.orgId,
      entry: this.head.entry + 1,
      type,
      unit: 'credit',
      time: event.time,
      amount: amountSign === 0 ? 0 : amountSign * data.amount,
      reservedDelta: reservedSign === 0 ? 0 : reservedSign * data.amount,
      reservationId: data.reservationId ?? null,
      grants: data.grants,
      prevHash: this.head.hash,
    });
    this.check(data.entry === this.head.entry + 1 && data.prevHash === this.head.hash, event);
    this.check(data.hash === sha256(form), event);
    this.head = { entry: data.entry, hash: data.hash };
  }

  private check(holds: boolean, event: AppliedEvent): void {
    if (!holds) throw new Error(`the books do not allow ${event.type} ${JSON.stringify(event.data)} at ${event.time}`);
  }
}
