import { magicWordOf, type MagicWord } from '../../../src/providers/sandbox/magic-words.js';
import type { SealedIdentity } from '../../../src/vault/vault.js';

const linkedin = (slug: string): SealedIdentity => ({ linkedinUrl: `https://www.linkedin.com/in/${slug}` });

describe('SB-02 magic words', () => {
  it.each<[string, SealedIdentity, MagicWord | null]>([
    ['LinkedIn slug', linkedin('tb-found'), { word: 'found', step: 1 }],
    ['GitHub user', { githubUsername: 'tb-notfound' }, { word: 'notfound' }],
    ['X handle, with _ for -', { xHandle: 'tb_found_2' }, { word: 'found', step: 2 }],
    ['email local part', { email: 'tb-timeout@acme.test' }, { word: 'timeout' }],
    ['email domain does not count', { email: 'jane@tb-timeout.test' }, null],
    ['last name', { firstName: 'Jane', lastName: 'tb-error' }, { word: 'error' }],
    ['last part of the full name', { fullName: 'Jane TB-Error' }, { word: 'error' }],
    ['first name does not count', { firstName: 'tb-error', lastName: 'Doe' }, null],
    ['the strongest place wins', { ...linkedin('tb-found'), lastName: 'tb-error' }, { word: 'found', step: 1 }],
    ['an ordinary slug leaves the word to others', { ...linkedin('jane'), lastName: 'tb-error' }, { word: 'error' }],
    ['nobody in particular', linkedin('jane-doe'), null],
  ])('%s', (_, identity, expected) => {
    expect(magicWordOf(identity)).toEqual(expected);
  });

  it.each<[string, MagicWord | null]>([
    ['tb-found-3', { word: 'found', step: 3 }],
    ['tb-found-31', { word: 'found', step: 1 }],
    ['tb-found-jane', { word: 'found', step: 1 }],
    ['jane-tb-found-2-doe', { word: 'found', step: 2 }],
    ['tb-foundation', null],
    ['atb-found', null],
    ['tb-error-then-found', { word: 'error-then-found' }],
    ['tb-error-7', { word: 'error' }],
    ['tb-slow-5', { word: 'slow', seconds: 5 }],
    ['tb-slow-900-x', { word: 'slow', seconds: 900 }],
    ['tb-slow-999', { word: 'slow', seconds: 900 }],
    ['tb-slow', null],
    ['tb-mobile-us', { word: 'mobile-us' }],
    ['tb-mobile-fr-2', { word: 'mobile-fr' }],
    ['tb-unheard-of', null],
    ...(['catchall', 'invalid', 'probable', 'landline', 'ratelimited', 'badshape', 'twice', 'optout'] as const).map(
      (word): [string, MagicWord] => [`tb-${word}`, { word }],
    ),
  ])('%s', (slug, expected) => {
    expect(magicWordOf(linkedin(slug))).toEqual(expected);
  });
});
