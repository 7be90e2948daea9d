import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.js';
import type { Fact } from './events-reader.js';

export type CreditFact = Fact<
  | 'CreditsGranted'
  | 'CreditsReserved'
  | 'CreditsCaptured'
  | 'CreditsReleased'
  | 'CreditsExpired'
  | 'CreditsRefunded'
  | 'CreditsAdjusted'
>;

const LEDGER: Readonly<Record<CreditFact['type'], readonly [type: string, amount: number, reserved: number]>> = {
  CreditsGranted: ['grant', 1, 0],
  CreditsReserved: ['reserve', 0, 1],
  CreditsCaptured: ['capture', -1, -1],
  CreditsReleased: ['release', 0, -1],
  CreditsExpired: ['expire', -1, 0],
  CreditsRefunded: ['refund', 1, 0],
  CreditsAdjusted: ['adjust', 1, 0],
};

/** The hash of the entry that `fact` has to be after `head` (API CR-10). */
export const hashOfEntry = (
  { type: event, data, org, time }: CreditFact,
  head: { readonly entry: number; readonly hash: string },
): string => {
  const [type, amountSign, reservedSign] = LEDGER[event];
  const form = canonicalJson({
    v: 1,
    org,
    entry: head.entry + 1,
    prevHash: head.hash,
    type,
    unit: 'credit',
    time,
    grants: data.grants,
    amount: amountSign === 0 ? 0 : amountSign * data.amount,
    reservedDelta: reservedSign === 0 ? 0 : reservedSign * data.amount,
    reservationId: 'reservationId' in data ? data.reservationId : null,
  });
  return createHash('sha256').update(form).digest('hex');
};
