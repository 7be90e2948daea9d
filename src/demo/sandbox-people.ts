import type { SealedIdentity } from '../vault/vault.js';

/**
 * Ten people who do not exist, for the sandbox of the demo org. Most hit or miss by the hash of their identity, some
 * by a magic word (SB-02), so that every way an enrichment can end is one curl away.
 */
export const SANDBOX_PEOPLE: readonly SealedIdentity[] = [
  person('Ada', 'Moreno', 'tb-found', 'northwind.example'),
  person('Ben', 'Okafor', 'tb-found-2', 'northwind.example'),
  person('Chloe', 'Lindqvist', 'tb-notfound', 'fjord.example'),
  person('Diego', 'Haddad', 'tb-error-then-found', 'fjord.example'),
  person('Emi', 'Tanaka', 'tb-mobile-fr', 'sakura.example'),
  person('Farid', 'Novak', 'tb-slow-5', 'sakura.example'),
  person('Grace', 'Petrov', 'grace-petrov', 'harbor.example'),
  person('Hugo', 'Silva', 'hugo-silva', 'harbor.example'),
  person('Ines', 'Weber', 'ines-weber', 'meridian.example'),
  person('Jonas', 'Eriksen', 'jonas-eriksen', 'meridian.example'),
];

function person(firstName: string, lastName: string, slug: string, companyDomain: string): SealedIdentity {
  return { firstName, lastName, companyDomain, linkedinUrl: `https://www.linkedin.com/in/${slug}` };
}
