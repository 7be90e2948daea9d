import type { SealedIdentity } from '../../vault/vault.js';

/** SB-02; `slow` carries its seconds. */
export type MagicWord =
  | { readonly word: PlainWord }
  | { readonly word: 'slow'; readonly seconds: number }
  /** Hit at this step, miss before. */
  | { readonly word: 'found'; readonly step: 1 | 2 | 3 };

const PLAIN = [
  'notfound',
  'error-then-found',
  'error',
  'timeout',
  'catchall',
  'invalid',
  'probable',
  'landline',
  'mobile-us',
  'mobile-fr',
  'ratelimited',
  'badshape',
  'twice',
  'optout',
] as const;
export type PlainWord = (typeof PLAIN)[number];

const SLOW_SECONDS_MAX = 900;
/** Longer words first; a word may stand anywhere between other parts, so that many people can share one. */
const WORD = new RegExp(
  `(?:^|[^a-z0-9])tb-(${PLAIN.join('|')}|slow-(?<seconds>\\d{1,3})|found-(?<step>[23])|found)(?![a-z0-9])`,
);

/**
 * The first `tb-<word>` in the LinkedIn slug, GitHub user, X handle, email local part or last name, in this order;
 * `tb-found-jane` and `jane.tb-found` count as `found`. X handles have no hyphens: `_` stands for it there.
 */
export const magicWordOf = (identity: SealedIdentity): MagicWord | null => {
  for (const place of placesOf(identity)) {
    const match = WORD.exec(place.toLowerCase());
    if (match?.[1] !== undefined) return wordOf(match[1], match.groups ?? {});
  }
  return null;
};

const placesOf = (identity: SealedIdentity): readonly string[] =>
  [
    identity.linkedinUrl?.split('/in/')[1],
    identity.githubUsername,
    identity.xHandle?.replaceAll('_', '-'),
    identity.email?.split('@')[0],
    identity.lastName ?? identity.fullName?.trim().split(/\s+/).at(-1),
  ].filter((place) => place !== undefined);

const wordOf = (text: string, groups: Readonly<Record<string, string | undefined>>): MagicWord => {
  if (groups.seconds !== undefined) {
    return { word: 'slow', seconds: Math.min(Number(groups.seconds), SLOW_SECONDS_MAX) };
  }
  if (text.startsWith('found'))
    return { word: 'found', step: groups.step === undefined ? 1 : groups.step === '2' ? 2 : 3 };
  return { word: text as PlainWord };
};
