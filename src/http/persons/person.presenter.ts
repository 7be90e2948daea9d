import type { PersonId } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { SealedIdentity } from '../../vault/vault.js';

export interface PersonFacts {
  readonly id: PersonId;
  readonly createdAt: Instant;
  readonly identity: SealedIdentity;
}

/** PR-01: all properties always present, null when unknown. */
export const presentIdentity = ({ id, createdAt, identity }: PersonFacts) => ({
  id,
  createdAt,
  firstName: identity.firstName ?? null,
  lastName: identity.lastName ?? null,
  fullName: identity.fullName ?? null,
  title: identity.title ?? null,
  companyName: identity.companyName ?? null,
  companyDomain: identity.companyDomain ?? null,
  country: identity.country ?? null,
  linkedinUrl: identity.linkedinUrl ?? null,
  email: identity.email ?? null,
  xHandle: identity.xHandle ?? null,
  githubUsername: identity.githubUsername ?? null,
  tags: identity.tags ?? [],
  custom: identity.custom ?? null,
});
