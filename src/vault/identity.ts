import { domainToASCII } from 'node:url';
import type { IdentityKind, SealedIdentity } from './vault.js';

/** One identity key of a person in its canonical form; strongest kinds first (EN-17). */
export interface IdentityKey {
  readonly kind: IdentityKind;
  readonly value: string;
}

export interface CanonicalIdentity {
  readonly identity: SealedIdentity;
  /** Strongest first; empty when the input identifies nobody. */
  readonly keys: readonly IdentityKey[];
}

/** A property that cannot be brought into its canonical form (EN-03). */
export class InvalidIdentity extends Error {
  override readonly name = 'InvalidIdentity';
  constructor(
    readonly property: keyof SealedIdentity,
    message: string,
    readonly reason: 'invalid_identity' | 'unsupported_linkedin_url' = 'invalid_identity',
  ) {
    super(message);
  }
}

/**
 * Brings what a client sent into canonical forms (EN-03) and derives the identity keys (EN-17). Names with a
 * company or domain count only when no stronger key is given.
 * @throws InvalidIdentity
 */
export const canonicalIdentity = (input: SealedIdentity): CanonicalIdentity => {
  const identity: SealedIdentity = {
    ...input,
    ...(input.linkedinUrl !== undefined && { linkedinUrl: linkedinUrlOf(input.linkedinUrl) }),
    ...(input.email !== undefined && { email: emailOf(input.email) }),
    ...(input.githubUsername !== undefined && { githubUsername: githubUsernameOf(input.githubUsername) }),
    ...(input.xHandle !== undefined && { xHandle: xHandleOf(input.xHandle) }),
    ...(input.companyDomain !== undefined && { companyDomain: domainOf(input.companyDomain) }),
  };
  const strong = strongKeysOf(identity);
  return { identity, keys: strong.length > 0 ? strong : weakKeysOf(identity) };
};

const strongKeysOf = (identity: SealedIdentity): readonly IdentityKey[] =>
  [
    keyOf('linkedin', identity.linkedinUrl),
    keyOf('email', identity.email),
    keyOf('github', identity.githubUsername),
    keyOf('x', identity.xHandle),
  ].filter((key) => key !== null);

const keyOf = (kind: IdentityKind, value: string | undefined): IdentityKey | null =>
  value === undefined ? null : { kind, value };

const weakKeysOf = (identity: SealedIdentity): readonly IdentityKey[] => {
  const name = comparableName(identity.fullName ?? [identity.firstName, identity.lastName].filter(Boolean).join(' '));
  if (name === '') return [];
  const company = identity.companyName === undefined ? '' : comparableCompany(identity.companyName);
  return [
    keyOf('name_domain', identity.companyDomain && `${name}\0${identity.companyDomain}`),
    keyOf('name_company', company === '' ? undefined : `${name}\0${company}`),
  ].filter((key) => key !== null && key.value !== '') as readonly IdentityKey[];
};

const LINKEDIN_HOST = /^([a-z]{2,3}\.)?linkedin\.com$/;

/** → `https://www.linkedin.com/in/<slug lower, decoded NFC>` */
export const linkedinUrlOf = (text: string): string => {
  const refuse = (): never => {
    throw new InvalidIdentity('linkedinUrl', 'must be a LinkedIn profile URL (/in/…)', 'unsupported_linkedin_url');
  };
  const url = urlOf(text) ?? refuse();
  if (!LINKEDIN_HOST.test(url.hostname) || !['http:', 'https:'].includes(url.protocol)) return refuse();
  const [root, encoded] = url.pathname.split('/').filter((part) => part !== '');
  if (root?.toLowerCase() !== 'in' || encoded === undefined) return refuse();
  const slug = decoded(encoded).normalize('NFC').toLowerCase();
  if (!/^[\p{L}\p{M}\p{N}_.'-]{1,200}$/u.test(slug)) return refuse();
  return `https://www.linkedin.com/in/${slug}`;
};

const urlOf = (text: string): URL | null => {
  const trimmed = text.trim();
  return URL.parse(/^[a-z]+:\/\//i.test(trimmed) ? trimmed : `https://${trimmed}`);
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new InvalidIdentity('linkedinUrl', 'is not properly percent-encoded', 'unsupported_linkedin_url');
  }
};

const EMAIL_LENGTH_MAX = 254;
/** The production of the HTML standard, with the domain already in ASCII. */
const EMAIL =
  /^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** Local part kept, domain to lower-case ASCII. */
export const emailOf = (text: string): string => {
  const trimmed = text.trim();
  const at = trimmed.lastIndexOf('@');
  const email = `${trimmed.slice(0, at)}@${domainToASCII(trimmed.slice(at + 1)).toLowerCase()}`;
  if (at < 1 || email.length > EMAIL_LENGTH_MAX || !EMAIL.test(email)) {
    throw new InvalidIdentity('email', 'must be an email address');
  }
  return email;
};

/** Accepts a handle with or without `@`, or an x.com or twitter.com URL. */
export const xHandleOf = (text: string): string => {
  const bare = lastPathPart(text, /^(www\.|mobile\.)?(x|twitter)\.com$/) ?? text.trim();
  const handle = bare.replace(/^@/, '').toLowerCase();
  if (!/^[a-z0-9_]{1,15}$/.test(handle)) throw new InvalidIdentity('xHandle', 'must be an X handle');
  return handle;
};

export const githubUsernameOf = (text: string): string => {
  const username = (lastPathPart(text, /^(www\.)?github\.com$/) ?? text.trim()).toLowerCase();
  if (!/^(?!-)(?!.*--)[a-z0-9-]{1,39}(?<!-)$/.test(username)) {
    throw new InvalidIdentity('githubUsername', 'must be a GitHub user name');
  }
  return username;
};

const lastPathPart = (text: string, host: RegExp): string | null => {
  if (!text.includes('/')) return null;
  const url = urlOf(text);
  return url !== null && host.test(url.hostname) ? (url.pathname.split('/').find((part) => part !== '') ?? '') : null;
};

const DOMAIN = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** Accepts a URL and keeps its host, without `www.`. */
export const domainOf = (text: string): string => {
  const host =
    urlOf(text)
      ?.hostname.replace(/^www\./, '')
      .replace(/\.$/, '') ?? '';
  if (!DOMAIN.test(host)) throw new InvalidIdentity('companyDomain', 'must be a domain name');
  return host;
};

/** NFKC, case-folded, without accents, single spaces: for comparing, never for showing. */
export const comparableName = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();

const LEGAL_SUFFIX =
  /( (inc|incorporated|corp|corporation|co|company|llc|llp|lp|ltd|limited|plc|gmbh|ag|kg|ug|se|sa|sas|sarl|srl|spa|bv|nv|oy|ab|as|aps|pty|pte|kk))+$/;

export const comparableCompany = (text: string): string => {
  const name = comparableName(text.replaceAll('.', ''));
  return name.replace(LEGAL_SUFFIX, '') || name;
};
