import { canonicalIdentity, InvalidIdentity } from '../../src/vault/identity.js';

describe('EN-03 canonical forms', () => {
  it.each([
    'https://www.linkedin.com/in/jordan-rivera',
    'linkedin.com/in/jordan-rivera',
    'HTTP://FR.LinkedIn.com/in/Jordan-Rivera/details?trk=x#top',
    'www.linkedin.com/in/jordan%2Drivera/',
  ])('LinkedIn %s', (url) => {
    expect(canonicalIdentity({ linkedinUrl: url }).identity.linkedinUrl).toBe(
      'https://www.linkedin.com/in/jordan-rivera',
    );
  });

  it('LinkedIn slugs are decoded, composed and in lower case', () => {
    expect(canonicalIdentity({ linkedinUrl: 'linkedin.com/in/Ren%C3%A9e' }).identity.linkedinUrl).toBe(
      'https://www.linkedin.com/in/renée',
    );
  });

  it.each([
    'https://www.linkedin.com/sales/lead/abc',
    'https://www.linkedin.com/company/acme',
    'https://www.linkedin.com/pub/jo/1/2/3',
    'https://linkedin.com.evil.example/in/jo',
    'https://evil.example/in/jo',
    'https://www.linkedin.com/in/',
    'https://www.linkedin.com/in/%E0%A4%A',
    'ftp://linkedin.com/in/jo',
    '',
  ])('refuses the LinkedIn URL %p', (linkedinUrl) => {
    expect(() => canonicalIdentity({ linkedinUrl })).toThrow(InvalidIdentity);
  });

  it.each([
    ['Jordan@Example.COM', 'Jordan@example.com'],
    [' jo+tag@bücher.example ', 'jo+tag@xn--bcher-kva.example'],
  ])('email %p → %p', (email, expected) => {
    expect(canonicalIdentity({ email }).identity.email).toBe(expected);
  });

  it.each([
    'jo',
    'jo@',
    '@example.com',
    'jo@localhost',
    'a b@example.com',
    `${'a'.repeat(250)}@example.com`,
    'jo@ex_ample.com',
  ])('refuses the email %p', (email) => {
    expect(() => canonicalIdentity({ email })).toThrow(InvalidIdentity);
  });

  it.each([
    ['@Jordan_Sales', 'jordan_sales'],
    ['https://x.com/Jordan_Sales', 'jordan_sales'],
    ['twitter.com/jordan_sales/status/1', 'jordan_sales'],
  ])('X handle %p → %p', (xHandle, expected) => {
    expect(canonicalIdentity({ xHandle }).identity.xHandle).toBe(expected);
  });

  it.each(['', 'a'.repeat(16), 'jo-rivera', 'https://evil.example/jo'])('refuses the X handle %p', (xHandle) => {
    expect(() => canonicalIdentity({ xHandle })).toThrow(InvalidIdentity);
  });

  it.each([
    ['JordanRivera', 'jordanrivera'],
    ['https://github.com/JordanRivera/repo', 'jordanrivera'],
  ])('GitHub user %p → %p', (githubUsername, expected) => {
    expect(canonicalIdentity({ githubUsername }).identity.githubUsername).toBe(expected);
  });

  it.each(['-jo', 'jo-', 'jo--rivera', 'a'.repeat(40), 'jo_rivera'])('refuses the GitHub user %p', (githubUsername) => {
    expect(() => canonicalIdentity({ githubUsername })).toThrow(InvalidIdentity);
  });
});

describe('EN-17 identity keys', () => {
  it('are ordered by strength', () => {
    const { keys } = canonicalIdentity({
      xHandle: 'jo',
      githubUsername: 'jo',
      email: 'jo@example.com',
      linkedinUrl: 'linkedin.com/in/jo',
      fullName: 'Jo Rivera',
      companyName: 'Acme',
    });
    expect(keys.map((key) => key.kind)).toEqual(['linkedin', 'email', 'github', 'x']);
  });

  it('names count only when no stronger key is given, domain before company', () => {
    const { keys } = canonicalIdentity({
      firstName: 'José',
      lastName: 'RIVERA',
      companyName: 'Acme, Inc.',
      companyDomain: 'https://www.acme.example/about',
    });
    expect(keys).toEqual([
      { kind: 'name_domain', value: 'jose rivera\0acme.example' },
      { kind: 'name_company', value: 'jose rivera\0acme' },
    ]);
  });

  it('a company that is only a legal suffix keeps its name', () => {
    const { keys } = canonicalIdentity({ fullName: 'Jo Rivera', companyName: 'AB' });
    expect(keys).toEqual([{ kind: 'name_company', value: 'jo rivera\0ab' }]);
  });

  it('a name alone identifies nobody', () => {
    expect(canonicalIdentity({ fullName: 'Jo Rivera' }).keys).toEqual([]);
  });
});
