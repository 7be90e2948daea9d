import type { AttemptOutcome } from '../../../src/domain/enrichments/enrichment.js';
import type { Plan, StopRule, Verification } from '../../../src/domain/waterfall/plan.js';
import { CACHE_STEP, priceOf, reservedPriceOf } from '../../../src/domain/waterfall/price.js';
import {
  attemptAt,
  courseAfter,
  NO_PROGRESS,
  progressAfter,
  type Course,
  type StepAnswer,
} from '../../../src/domain/waterfall/progress.js';
import { keyId, PLAN, sealed, step } from '../fixtures.js';

/** An answer in short: `deep:hit:probable`, `fast:miss`, `cache:hit`. */
const PROVIDERS = ['cache', 'fast', 'deep', 'slow'];
const answerOf = (text: string): StepAnswer => {
  const [provider = '', outcome = '', verification] = text.split(':');
  const isHit = outcome === 'hit';
  return {
    step: PROVIDERS.indexOf(provider),
    provider,
    outcome: outcome as AttemptOutcome,
    verification: (verification ?? null) as Verification | null,
    keyId: isHit ? keyId('ada') : null,
    sealed: isHit ? sealed(provider) : null,
    cacheId: provider === 'cache' ? 'cache-1' : null,
  };
};

/** Plays answers one after the other; the course after each, in short: `next deep`, `found fast 1`, `not_found`. */
const coursesOf = (plan: Plan, answers: string): readonly string[] => {
  let progress = NO_PROGRESS;
  return answers.split(' ').map((text, index) => {
    const answer = answerOf(text);
    progress = progressAfter(plan, progress, answer);
    return shortOf(courseAfter(plan, progress, { attempt: index + 1, step: answer.step }));
  });
};

const shortOf = (course: Course): string => {
  if (course.kind === 'next') return `next ${course.next.provider}`;
  return course.kind === 'found' ? `found ${course.winner.provider} ${course.winner.price}` : course.kind;
};

const planWith = (stop: StopRule, n?: number): Plan => ({ ...PLAN, stop, ...(n === undefined ? {} : { n }) });

describe('the stop rule first_verified', () => {
  it.each([
    ['fast:hit:deliverable', ['found fast 1']],
    ['fast:hit:catch_all_verified', ['found fast 1']],
    ['fast:hit:valid', ['found fast 1']],
    ['fast:miss deep:hit:deliverable', ['next deep', 'found deep 2']],
    ['fast:hit:probable deep:hit:deliverable', ['next deep', 'found deep 2']],
    ['fast:error deep:skipped slow:hit:valid', ['next deep', 'next slow', 'found slow 3']],
    ['cache:hit:deliverable', ['found cache 1']],
    ['cache:hit:catch_all fast:miss', ['next fast', 'next deep']],
  ])('%s → %j', (answers, courses) => expect(coursesOf(planWith('first_verified'), answers)).toEqual(courses));

  it.each<Verification>(['probable', 'catch_all', 'unknown', 'invalid'])(
    'a hit that is %s never wins: the end is not_found',
    (verification) => {
      const answers = ['fast', 'deep', 'slow'].map((provider) => `${provider}:hit:${verification}`).join(' ');
      expect(coursesOf(planWith('first_verified'), answers)).toEqual(['next deep', 'next slow', 'not_found']);
    },
  );

  it('a hit without verification is unknown', () =>
    expect(coursesOf(planWith('first_verified'), 'fast:hit')).toEqual(['next deep']));
});

describe('the stop rule first_found', () => {
  it.each<Verification>(['deliverable', 'catch_all_verified', 'valid', 'probable', 'catch_all', 'unknown'])(
    'a hit that is %s ends it',
    (verification) =>
      expect(coursesOf(planWith('first_found'), `fast:miss deep:hit:${verification}`)).toEqual([
        'next deep',
        'found deep 2',
      ]),
  );

  it('an invalid value is no find', () =>
    expect(coursesOf(planWith('first_found'), 'fast:hit:invalid deep:miss slow:miss')).toEqual([
      'next deep',
      'next slow',
      'not_found',
    ]));
});

describe('the stop rule best_of_n', () => {
  it.each([
    [1, 'fast:hit:unknown', ['found fast 1']],
    [2, 'fast:hit:probable deep:hit:deliverable', ['next deep', 'found deep 2']],
    [2, 'fast:hit:deliverable deep:hit:probable', ['next deep', 'found fast 1']],
    [2, 'fast:hit:probable deep:hit:probable', ['next deep', 'found fast 1']],
    [2, 'fast:miss deep:hit:catch_all slow:hit:probable', ['next deep', 'next slow', 'found slow 3']],
    [2, 'fast:hit:catch_all deep:miss slow:error', ['next deep', 'next slow', 'found fast 1']],
    [2, 'fast:hit:invalid deep:hit:unknown slow:miss', ['next deep', 'next slow', 'found deep 2']],
    [9, 'fast:hit:unknown deep:hit:catch_all slow:hit:probable', ['next deep', 'next slow', 'found slow 3']],
    [2, 'cache:hit:deliverable fast:hit:unknown', ['next fast', 'found cache 1']],
  ])('n = %i: %s → %j', (n, answers, courses) => expect(coursesOf(planWith('best_of_n', n), answers)).toEqual(courses));

  it('without n asks every step', () =>
    expect(coursesOf(planWith('best_of_n'), 'fast:hit:valid deep:hit:valid slow:hit:valid')).toEqual([
      'next deep',
      'next slow',
      'found fast 1',
    ]));

  it.each([
    ['deliverable', 'catch_all_verified'],
    ['valid', 'catch_all_verified'],
    ['catch_all_verified', 'probable'],
    ['probable', 'catch_all'],
    ['catch_all', 'unknown'],
  ])('%s is better than %s, whichever came first', (better, worse) => {
    const plan = planWith('best_of_n', 2);
    expect(coursesOf(plan, `fast:hit:${better} deep:hit:${worse}`).at(-1)).toBe('found fast 1');
    expect(coursesOf(plan, `fast:hit:${worse} deep:hit:${better}`).at(-1)).toBe('found deep 2');
  });
});

describe('API §1 failed means that no provider gave an answer at all', () => {
  it.each([
    ['fast:error deep:error slow:error', 'failed'],
    ['fast:skipped deep:skipped slow:skipped', 'failed'],
    ['fast:error deep:skipped slow:error', 'failed'],
    ['fast:miss deep:error slow:error', 'not_found'],
    ['fast:error deep:error slow:miss', 'not_found'],
    ['fast:hit:unknown deep:error slow:error', 'not_found'],
  ])('%s → %s', (answers, end) => expect(coursesOf(PLAN, answers).at(-1)).toBe(end));
});

describe('prices', () => {
  it.each([
    [CACHE_STEP, 1],
    [1, 1],
    [2, 2],
    [3, 3],
  ])('a hit of step %i costs %i', (asked, price) => expect(priceOf(PLAN, asked)).toBe(price));

  it.each([
    ['the dearest step', PLAN, 3],
    ['the dearest step, wherever it stands', { ...PLAN, steps: [step('a', 9), step('b', 2)] }, 9],
    ['the cache, when that is dearer', { ...PLAN, cachePrice: 5 }, 5],
    ['nothing, when all is free', { ...PLAN, steps: [step('a', 0)], cachePrice: 0 }, 0],
  ])('CR-02 reserves %s', (_what, plan, price) => expect(reservedPriceOf(plan)).toBe(price));

  it.each([-1, 1.5, NaN])('asserts against a price of %d', (price) => {
    expect(() => reservedPriceOf({ ...PLAN, steps: [step('a', price)] })).toThrow('not an amount');
    expect(() => priceOf({ ...PLAN, cachePrice: price }, CACHE_STEP)).toThrow('not an amount');
  });

  it('asserts that a step exists', () => expect(() => priceOf(PLAN, 4)).toThrow('has no step 4'));
});

describe('attempts', () => {
  it('open the steps in order and end behind the last', () => {
    expect(attemptAt(PLAN, 1, 1)).toEqual({ attempt: 1, step: 1, provider: 'fast' });
    expect(attemptAt(PLAN, 3, 4)).toEqual({ attempt: 4, step: 3, provider: 'slow' });
    expect(attemptAt(PLAN, 4, 4)).toBeNull();
  });

  it('count on when the cache answered the first', () => {
    const plan = planWith('best_of_n', 2);
    const progress = progressAfter(plan, NO_PROGRESS, answerOf('cache:hit:valid'));
    expect(courseAfter(plan, progress, { attempt: 1, step: CACHE_STEP })).toEqual({
      kind: 'next',
      next: { attempt: 2, step: 1, provider: 'fast' },
    });
  });

  it('a candidate keeps what is shown of it later', () => {
    const { candidate } = progressAfter(PLAN, NO_PROGRESS, answerOf('cache:hit:deliverable'));
    expect(candidate).toEqual({
      step: 0,
      provider: 'cache',
      price: 1,
      verification: 'deliverable',
      keyId: keyId('ada'),
      sealed: sealed('cache'),
      fromCache: 'cache-1',
    });
  });

  it('only the cache is named as the cache', () => {
    const answer = { ...answerOf('fast:hit:deliverable'), cacheId: 'filled-by-this-hit' };
    expect(progressAfter(PLAN, NO_PROGRESS, answer).candidate?.fromCache).toBeNull();
  });

  it('asserts that a hit has values', () =>
    expect(() => progressAfter(PLAN, NO_PROGRESS, { ...answerOf('fast:hit:valid'), sealed: null })).toThrow(
      'without values',
    ));
});
