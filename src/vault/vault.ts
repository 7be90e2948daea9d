import type { IdentityHash, KeyId, OrgId, Sealed } from '../domain/kernel/ids.js';

/** What is in the box; part of the additional data, so that boxes of one kind cannot pass for another. */
export type SealKind = 'identity' | 'values' | 'custom' | 'note';

/** Kinds of identity keys in order of strength (EN-17). */
export type IdentityKind = 'linkedin' | 'email' | 'github' | 'x' | 'name_domain' | 'name_company';

/** The org under which the keys of the cross-org cache are kept. */
export const CACHE_ORG = '*cache' as OrgId;

/**
 * Personal data is sealed with AES-256-GCM under a data key per (org, strongest identity); data keys are wrapped
 * by the master key and stored in `person_keys`, never in Kafka (DESIGN §6). Additional data = org, key id, kind.
 */
export interface Vault {
  /** Keyed hash of a canonical identity value; the same for all orgs of the installation. */
  identityHash(kind: IdentityKind, canonicalValue: string): IdentityHash;
  /**
   * Gets or creates the keys of many identities in one statement, committed (synchronous_commit=on) before it
   * resolves. @throws KeyDestroyed when one of them was erased.
   */
  keysFor(orgId: OrgId, identities: readonly IdentityHash[]): Promise<ReadonlyMap<IdentityHash, KeyId>>;
  /** Seals any JSON value. @throws KeyDestroyed, KeyMissing */
  seal(orgId: OrgId, keyId: KeyId, kind: SealKind, value: unknown): Promise<Sealed>;
  /** Opens what `seal` made; keys are cached at most 60 s. @throws KeyDestroyed (→ 410), KeyMissing (→ 500, alarm) */
  open(orgId: OrgId, keyId: KeyId, kind: SealKind, sealed: Sealed): Promise<unknown>;
  /** Loads the keys of many ids in one statement, so that the following seals and opens need no round trip. */
  warm(orgId: OrgId, keyIds: readonly KeyId[]): Promise<void>;
  /** As `warm`, for keys of many orgs, still in one statement. */
  warmAll(keys: readonly KeyOfOrg[]): Promise<void>;
}

export interface KeyOfOrg {
  readonly orgId: OrgId;
  readonly keyId: KeyId;
}

export class KeyDestroyed extends Error {
  override readonly name = 'KeyDestroyed';
}
export class KeyMissing extends Error {
  override readonly name = 'KeyMissing';
}

/** What is sealed as `identity` (PR-01). Canonical forms where EN-03 has one. */
export interface SealedIdentity {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly fullName?: string;
  readonly title?: string;
  readonly companyName?: string;
  readonly companyDomain?: string;
  readonly country?: string;
  readonly linkedinUrl?: string;
  readonly email?: string;
  readonly xHandle?: string;
  readonly githubUsername?: string;
  readonly tags?: readonly string[];
  readonly custom?: unknown;
}

/** What is sealed as `values`: the details of EN-11, best first. */
export interface SealedValues {
  readonly emails?: readonly FoundEmail[];
  readonly phones?: readonly FoundPhone[];
}
export interface FoundEmail {
  readonly value: string;
  readonly type: 'work' | 'personal';
  readonly status: 'deliverable' | 'probable' | 'catch_all_verified' | 'catch_all' | 'invalid' | 'unknown';
  readonly provider: string;
  readonly confidence: number;
  readonly verifiedAt: string;
}
export interface FoundPhone {
  readonly value: string;
  readonly type: 'mobile' | 'landline' | 'voip' | 'unknown';
  readonly status: 'valid' | 'unknown' | 'invalid';
  readonly provider: string;
  readonly confidence: number;
  readonly country: string | null;
  readonly verifiedAt: string;
}

/** Additional data of a box: values can be copied between records of a person, never between persons or orgs. */
export const aboutOf = (orgId: OrgId, keyId: KeyId, kind: SealKind): string => `${orgId}\0${keyId}\0${kind}`;
