import { repeatedName } from '../../src/http/input/repeated-name.js';

describe('X-06 a name that stands twice in one object', () => {
  it.each([
    ['{"a":1,"a":1}', 'a'],
    ['{"a":1,"b":2,"a":{}}', 'a'],
    ['{"a":{"b":1,"c":[],"b":2}}', 'b'],
    ['[1,{"a":[{"b":1}],"a":2}]', 'a'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{ "a" \t:\n1 , "a"\r\n:2}', 'a'],
    ['{"a\\"":1,"a\\"":2}', 'a"'],
    ['{"a\\\\":1,"x":"\\\\","a\\\\":2}', 'a\\'],
    ['{"":1,"":2}', ''],
    ['{"__proto__":1,"__proto__":2}', '__proto__'],
    ['{"x":"}","a":1,"a":2}', 'a'],
  ])('is found in %s', (json, name) => {
    expect(() => JSON.parse(json)).not.toThrow();
    expect(repeatedName(json)).toBe(name);
  });

  it.each([
    '{}',
    'null',
    '"a"',
    '["a","a"]',
    '{"a":"a","b":"a"}',
    '{"a":"b\\":","b":"\\"a\\":1"}',
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":1}]',
    '{"a":[{"b":1},{"b":2}],"b":3}',
    '{"a":1,"A":2}',
    '{"a":"\\\\","b":"a"}',
  ])('is not found in %s', (json) => {
    expect(() => JSON.parse(json)).not.toThrow();
    expect(repeatedName(json)).toBeNull();
  });

  it('deeper than anything may be nested nobody looks, and nothing breaks', () => {
    expect(repeatedName(`${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`)).toBeNull();
    expect(repeatedName(`${'['.repeat(500_000)}${']'.repeat(500_000)}`)).toBeNull();
  });
});
