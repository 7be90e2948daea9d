import { hash } from 'node:crypto';
import type { FoundEmail, FoundPhone, SealedIdentity } from '../../vault/vault.js';

export type EmailStatus = 'deliverable' | 'probable' | 'catch_all' | 'invalid';
export type PhoneKind = 'landline' | 'mobile-us' | 'mobile-fr';

/** The identity key that stands for the person: the strongest that is given (EN-17). */
export const strongestKeyOf = (identity: SealedIdentity): string => {
  const name = nameOf(identity).toLowerCase();
  return (
    identity.linkedinUrl ??
    identity.email ??
    identity.githubUsername ??
    identity.xHandle ??
    `${name}@${identity.companyDomain ?? identity.companyName ?? ''}`
  );
};

/**
 * SB-01: an ordinary person hits at a provider when the first 32 bits of SHA-256(`<provider> NUL <strongest key>`),
 * as a fraction of 2^32, are below the provider's hit rate. The same person always gets the same answer.
 */
export const hitsOrdinarily = (strongestKey: string, provider: string, hitRate: number): boolean =>
  digestOf(`${provider}\0${strongestKey}`).readUInt32BE(0) / 2 ** 32 < hitRate;

export interface ValueSource {
  readonly identity: SealedIdentity;
  readonly provider: string;
  /** ISO 8601. */
  readonly verifiedAt: string;
}

const CONFIDENCE: Readonly<Record<EmailStatus, number>> = {
  deliverable: 0.98,
  probable: 0.7,
  catch_all: 0.5,
  invalid: 0.05,
};

/** SB-03: at example.com or example.org, the local part from the name, made unique by the person's hash. */
export const emailOf = (source: ValueSource, status: EmailStatus): FoundEmail => {
  const digest = digestOf(strongestKeyOf(source.identity));
  const name = nameOf(source.identity)
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '.')
    .replace(/^\.+|\.+$/g, '');
  const local = [name.slice(0, 40) || 'person', digest.toString('hex', 0, 4)].join('.');
  const domain = (digest[4] ?? 0) % 2 === 0 ? 'example.com' : 'example.org';
  return {
    value: `${local}@${domain}`,
    type: 'work',
    status,
    provider: source.provider,
    confidence: CONFIDENCE[status],
    verifiedAt: source.verifiedAt,
  };
};

const AREA_CODES_US = ['212', '310', '415', '512', '617', '702', '808', '907'] as const;

/** SB-03: numbers set aside for fiction, +1 <area> 555 01xx and +33 1 99 00 xx xx. Without a wish: a mobile of the person's country. */
export const phoneOf = (source: ValueSource, wish: PhoneKind | null): FoundPhone => {
  const digest = digestOf(strongestKeyOf(source.identity));
  const isFrench = wish === null ? source.identity.country?.toUpperCase() === 'FR' : wish !== 'mobile-us';
  return {
    value: isFrench ? frenchNumber(digest) : americanNumber(digest),
    type: wish === 'landline' ? 'landline' : 'mobile',
    status: 'valid',
    provider: source.provider,
    confidence: 0.95,
    country: isFrench ? 'FR' : 'US',
    verifiedAt: source.verifiedAt,
  };
};

const americanNumber = (digest: Buffer): string => {
  const area = AREA_CODES_US[(digest[0] ?? 0) % AREA_CODES_US.length];
  return `+1${area}55501${twoDigits(digest[1])}`;
};

const frenchNumber = (digest: Buffer): string => `+3319900${twoDigits(digest[0])}${twoDigits(digest[1])}`;

const twoDigits = (byte: number | undefined): string => String((byte ?? 0) % 100).padStart(2, '0');

const nameOf = ({ firstName, lastName, fullName }: SealedIdentity): string =>
  fullName ?? [firstName, lastName].filter((part) => part !== undefined).join(' ');

const digestOf = (text: string): Buffer => hash('sha256', text, 'buffer');
