import { Ajv } from 'ajv';
import { CATALOGUE } from '../../src/events/catalogue.js';
import { EventInvalid, validateEvent, validateReadEvent } from '../../src/log/event-validation.js';

const granted = (over: object = {}) => ({
  type: 'CreditsGranted' as const,
  data: {
    entry: 1,
    prevHash: '0'.repeat(64),
    hash: 'a'.repeat(64),
    grants: [{ grantId: 'g', delta: 5 }],
    available: 5,
    grantId: 'g',
    amount: 5,
    source: 'bonus',
    expiresAt: null,
    referenceId: null,
    ...over,
  },
});

describe('the catalogue', () => {
  it.each(Object.entries(CATALOGUE))('%s has a valid JSON Schema and a description', (_, { schema, description }) => {
    expect(new Ajv({ strict: true }).validateSchema(schema)).toBe(true);
    expect(description).toMatch(/^[A-Z].*\.$/);
  });
});

describe('an event that is written', () => {
  it('has the shape of its type', () => expect(() => validateEvent(granted())).not.toThrow());

  it.each([
    ['a missing key', { amount: undefined }],
    ['a fraction of a credit', { amount: 1.5 }],
    ['more than a safe integer', { amount: 2 ** 53 }],
    ['a negative balance', { available: -1 }],
    ['an unknown source', { source: 'gift' }],
    ['a time without milliseconds', { expiresAt: '2026-11-21T01:02:03Z' }],
    ['a key that the public contract does not know', { email: 'canary@example.com' }],
    ['such a key further down', { grants: [{ grantId: 'g', delta: 5, email: 'canary@example.com' }] }],
  ])('is refused with %s', (_, over) => expect(() => validateEvent(granted(over))).toThrow(EventInvalid));
});

describe('an event that is read', () => {
  it('may have keys of a later release (EV-05)', () => {
    expect(() => validateReadEvent(granted({ later: 1 }))).not.toThrow();
  });

  it('is refused when a known key is broken', () => {
    expect(() => validateReadEvent(granted({ entry: 0 }))).toThrow(EventInvalid);
  });
});
