import type { Entry } from './entry.js';

/** What a chain that was read from its first entry on comes to; all in the installation's unit. */
export class Account {
  balance = 0;
  reserved = 0;
  /** Credits still set aside, per reservation that is not settled. */
  private readonly open = new Map<string, number>();

  /** Adds one entry; says which rule of the ledger it breaks, or null. */
  add({ amount, reservedDelta, reservationId }: Entry): string | null {
    this.balance += amount;
    this.reserved += reservedDelta;
    const left = reservationId === null ? 0 : this.settle(reservationId, reservedDelta);
    if (this.balance - this.reserved < 0) return 'more is spent than was available';
    if (this.reserved < 0 || left < 0) return 'more is settled than was reserved';
    return null;
  }

  private settle(reservationId: string, delta: number): number {
    const left = (this.open.get(reservationId) ?? 0) + delta;
    if (left === 0) this.open.delete(reservationId);
    else this.open.set(reservationId, left);
    return left;
  }
}
