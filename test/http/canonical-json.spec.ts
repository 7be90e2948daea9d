import fc from 'fast-check';
import { canonicalJson } from '../../src/http/idempotency/canonical-json.js';

const canonical = (text: string): string => canonicalJson(JSON.parse(text));

describe('RFC 8785', () => {
  it('writes numbers and strings as in §3.2.2', () => {
    const text = String.raw`{
      "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
      "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
      "literals": [null, true, false]
    }`;
    expect(canonical(text)).toBe(
      String.raw`{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}`,
    );
  });

  it('puts names in the order of their UTF-16 code units, as in §3.2.3', () => {
    const names = ['\u20ac', '\r', '\ufb33', '1', '\ud83d\ude00', '\u0080', '\u00f6'];
    const given = Object.fromEntries(names.map((name) => [name, 0]));
    expect(Object.keys(JSON.parse(canonicalJson(given)) as object)).toHaveLength(7);
    const order = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\ud83d\ude00', '\ufb33'];
    expect(canonicalJson(given)).toBe(`{${order.map((name) => `${JSON.stringify(name)}:0`).join(',')}}`);
  });

  it('orders names that look like array indexes as text', () => {
    expect(canonical('{"10":1,"9":2,"a":3,"":4}')).toBe('{"":4,"10":1,"9":2,"a":3}');
  });

  it.each([
    ['-0', '0'],
    ['1.0', '1'],
    ['1e21', '1e+21'],
    ['100000000000000000000', '100000000000000000000'],
    ['9007199254740993', '9007199254740992'],
    ['5e-324', '5e-324'],
    ['1.7976931348623157e308', '1.7976931348623157e+308'],
    ['0.000001', '0.000001'],
    ['0.0000001', '1e-7'],
  ])('writes %s as %s, as in appendix B', (given, expected) => {
    expect(canonical(given)).toBe(expected);
  });

  it('goes into arrays, and leaves their order', () => {
    expect(canonical('[{"b":[3,1,{"d":1,"c":2}],"a":{}},[]]')).toBe('[{"a":{},"b":[3,1,{"c":2,"d":1}]},[]]');
  });

  it('means the same, and does not depend on the order of names or on whitespace', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        // JSON knows no negative zero.
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonical(JSON.stringify(reversed(value), null, 2))).toBe(text);
      }),
    );
  });
});

const reversed = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(reversed);
  const entries = Object.entries(value).reverse();
  return Object.fromEntries(entries.map(([name, item]) => [name, reversed(item)]));
};
