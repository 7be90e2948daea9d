import { parsePhoneNumberFromString, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';
import type { Field, Verification } from '../domain/waterfall/plan.js';
import type { FoundEmail, FoundPhone } from '../vault/vault.js';
import type { FoundValues } from './provider.js';

/** WF-06, best first: the verified statuses, then the accepted ones, then the rest. `valid` is the word for phones. */
const BEST_FIRST: readonly Verification[] = [
  'deliverable',
  'catch_all_verified',
  'valid',
  'probable',
  'catch_all',
  'unknown',
  'invalid',
];
const VERIFIED: ReadonlySet<Verification> = new Set(['deliverable', 'catch_all_verified', 'valid']);

export const isVerified = (verification: Verification): boolean => VERIFIED.has(verification);

/** The best status among the values; null when there are none. */
export const verificationOf = (values: FoundValues): Verification | null =>
  [...(values.emails ?? []), ...(values.phones ?? [])].toSorted(bestFirst)[0]?.status ?? null;

export const valuesIn = (values: FoundValues): number => (values.emails?.length ?? 0) + (values.phones?.length ?? 0);

/**
 * What counts for the field, in canonical form, best first: work addresses for `emails` (personal ones found on the
 * way are dropped), E.164 for `phones`. `sandbox`: the status is the sandbox's word, fictional ranges are no real numbers.
 */
export const normalisedValues = (field: Field, found: FoundValues, sandbox: boolean): FoundValues => {
  switch (field) {
    case 'emails':
      return { emails: emailsOf(found, 'work') };
    case 'personal_emails':
      return { emails: emailsOf(found, 'personal') };
    case 'phones':
      return { phones: distinct((found.phones ?? []).flatMap((phone) => phoneOf(phone, sandbox))).toSorted(bestFirst) };
    case 'signals':
      return {};
  }
};

const emailsOf = (found: FoundValues, type: FoundEmail['type']): readonly FoundEmail[] =>
  distinct((found.emails ?? []).filter((email) => email.type === type).map(emailOf)).toSorted(bestFirst);

/** The local part is the mail server's business, the domain is not. */
const emailOf = (email: FoundEmail): FoundEmail => {
  const at = email.value.lastIndexOf('@');
  return { ...email, value: email.value.slice(0, at + 1) + email.value.slice(at + 1).toLowerCase() };
};

/** Nothing when it is no phone number at all; `invalid` when the numbering plan of its country has no such number. */
const phoneOf = (phone: FoundPhone, sandbox: boolean): readonly FoundPhone[] => {
  const parsed = parsePhoneNumberFromString(phone.value, (phone.country ?? undefined) as CountryCode | undefined);
  if (parsed === undefined) return [];
  const country = parsed.country ?? phone.country;
  if (sandbox) return [{ ...phone, value: parsed.number, country }];
  // EN-10: what the metadata accepts and nobody has refuted is valid.
  const status = parsed.isValid() && phone.status !== 'invalid' ? 'valid' : 'invalid';
  return [{ ...phone, value: parsed.number, country, status, type: lineTypeOf(phone, parsed) }];
};

/** The vendor's word, else the numbering plan's where it can tell. */
const lineTypeOf = (phone: FoundPhone, parsed: PhoneNumber): FoundPhone['type'] => {
  if (phone.type !== 'unknown') return phone.type;
  const type = parsed.getType();
  if (type === 'MOBILE') return 'mobile';
  if (type === 'FIXED_LINE') return 'landline';
  return type === 'VOIP' ? 'voip' : 'unknown';
};

/** Of two entries for one value the better one stays. */
const distinct = <Value extends FoundEmail | FoundPhone>(values: readonly Value[]): readonly Value[] => {
  const best = new Map<string, Value>();
  for (const value of values.toSorted(bestFirst)) if (!best.has(value.value)) best.set(value.value, value);
  return [...best.values()];
};

const bestFirst = (left: FoundEmail | FoundPhone, right: FoundEmail | FoundPhone): number =>
  BEST_FIRST.indexOf(left.status) - BEST_FIRST.indexOf(right.status) || right.confidence - left.confidence;
