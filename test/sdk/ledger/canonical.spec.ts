import fc from 'fast-check';
import { canonicalJson as ours } from '../../../sdk/ledger/index.js';
import { canonicalJson as theirs } from '../../domain/canonical-json.js';

describe('RFC 8785', () => {
  it('sorts keys by UTF-16 code units and writes numbers and strings as ECMAScript does', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 };
    expect(ours(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}');
    expect(ours({ a: [1e21, 0.002, -0, 'é"\\\u0007'], b: null })).toBe(
      '{"a":[1e+21,0.002,0,"é\\"\\\\\\u0007"],"b":null}',
    );
  });

  it('agrees with another implementation on whatever the ledger may hold', () => {
    const json = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 4 },
        fc.string(),
        fc.integer(),
        fc.constant(null),
        fc.array(tie('any')),
        fc.dictionary(fc.string(), tie('any')),
      ),
    })).any;
    fc.assert(fc.property(json, (value) => expect(ours(value as never)).toBe(theirs(value))));
  });

  it('refuses to go deeper than anything of ours', () => {
    const deep = JSON.parse(`${'['.repeat(18)}${']'.repeat(18)}`) as never;
    expect(() => ours(deep)).toThrow('nested deeper than 16');
  });
});
