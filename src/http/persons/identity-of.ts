import { invalidInput } from '../../commands/api-error.js';
import { canonicalIdentity } from '../../vault/identity.js';
import type { SealedIdentity } from '../../vault/vault.js';

/** @throws InvalidIdentity, ApiError when nothing identifies anybody (PR-01) */
export const identityOf = (given: SealedIdentity): SealedIdentity => {
  const { identity, keys } = canonicalIdentity(given);
  if (keys.length > 0) return identity;
  const message =
    'one of linkedinUrl, email, xHandle, githubUsername, or a name with companyName or companyDomain is required';
  throw invalidInput('', message, 'identity_required');
};
