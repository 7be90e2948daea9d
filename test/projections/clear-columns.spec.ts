import type { OrgId } from '../../src/domain/kernel/ids.js';
import { clearColumnsOf } from '../../src/projections/persons/clear-columns.js';
import { searchable, SEARCHABLE_LENGTH_MAX } from '../../src/projections/persons/searchable.js';

const ACME = 'acme' as OrgId;

describe('what filters compare (OP-24)', () => {
  it.each([
    ['ÉLODIE', 'elodie'],
    ['Straße', 'strasse'],
    ['Łukasz Øst', 'lukasz ost'],
    ['  Ada\u00a0\u2003Lovelace ', 'ada lovelace'],
    ['ﬁnance', 'finance'],
    ['İstanbul', 'istanbul'],
    ['\u0301', ''],
  ])('%j is compared as %j', (text, expected) => expect(searchable(text)).toBe(expected));

  it('is bounded, whatever a compatible form grows to, and never ends inside a code point', () => {
    for (const text of ['\ufdfa'.repeat(300), 'x'.repeat(SEARCHABLE_LENGTH_MAX - 1) + '😀']) {
      const found = searchable(text);
      expect(found.length).toBeLessThanOrEqual(SEARCHABLE_LENGTH_MAX);
      expect(found.isWellFormed()).toBe(true);
    }
  });

  it('a destroyed key leaves every column null', () => {
    expect(new Set(Object.values(clearColumnsOf(ACME, null)))).toEqual(new Set([null]));
  });

  it('tags carry their org; texts that leave nothing to compare are null', () => {
    const { tags, firstName } = clearColumnsOf(ACME, { tags: ['VIP', 'vip', 'a,b"'], firstName: '\u0301' });
    expect([tags, firstName]).toEqual([['acme/vip', 'acme/a,b"'], null]);
  });
});
