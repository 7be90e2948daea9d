import type { Instant } from '../../src/domain/kernel/instant.js';
import type { SealedIdentity, SealedValues } from '../../src/vault/vault.js';
import { ORG, type World } from './app.js';
import { PERSON } from './views.js';

export const LINKEDIN = 'https://www.linkedin.com/in/ada';
export const CREATED = '2026-11-21T01:02:03.004Z' as Instant;
export const FOUND = '2026-11-22T00:00:00.000Z' as Instant;

/** Sealed under the key of LINKEDIN. */
export const sealedAs = async ({ vault }: World, kind: 'identity' | 'values', value: unknown) => {
  const hash = vault.identityHash('linkedin', LINKEDIN);
  const keyId = (await vault.keysFor(ORG, [hash])).get(hash)!;
  return { keyId, sealed: await vault.seal(ORG, keyId, kind, value) };
};

export const personRow = async (world: World, identity: SealedIdentity = { linkedinUrl: LINKEDIN }, id = PERSON) => ({
  ...(await sealedAs(world, 'identity', identity)),
  id,
  orgId: ORG,
  identities: [],
  source: 'api',
  createdAt: CREATED,
  updatedAt: CREATED,
});

export const valuesRow = async (
  world: World,
  values: SealedValues,
  { foundAt = FOUND, charged = true }: { readonly foundAt?: Instant; readonly charged?: boolean } = {},
) => ({ ...(await sealedAs(world, 'values', values)), foundAt, charged });

/** A person of whom nothing is known, as the API shows it without contacts. */
export const EMPTY_PERSON = {
  id: PERSON,
  createdAt: CREATED,
  firstName: null,
  lastName: null,
  fullName: null,
  title: null,
  companyName: null,
  companyDomain: null,
  country: null,
  linkedinUrl: null,
  email: null,
  xHandle: null,
  githubUsername: null,
  tags: [],
  custom: null,
};
