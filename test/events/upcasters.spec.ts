import { UnknownEventVersion, upcast, type UpcasterChain } from '../../src/events/upcasters.js';

/** A type that never existed: version 2 renamed `sum`, version 3 added the unit. */
const CHAIN: UpcasterChain = {
  CoinsCounted: {
    1: (data) => ({ amount: (data as { sum: number }).sum }),
    2: (data) => ({ ...(data as { amount: number }), unit: 'coin' }),
  },
};

describe('upcasting', () => {
  it('brings data through every version up to the current one', () => {
    const event = (version: number, data: unknown) => ({ type: 'CoinsCounted', version, data });
    expect(upcast(event(1, { sum: 5 }), 3, CHAIN)).toEqual({ amount: 5, unit: 'coin' });
    expect(upcast(event(2, { amount: 5 }), 3, CHAIN)).toEqual({ amount: 5, unit: 'coin' });
    expect(upcast(event(3, { amount: 5, unit: 'x' }), 3, CHAIN)).toEqual({ amount: 5, unit: 'x' });
  });

  it.each([
    ['a version from the future', { type: 'CoinsCounted', version: 4, data: {} }],
    ['a missing link', { type: 'CoinsLost', version: 1, data: {} }],
  ])('refuses %s', (_, event) => expect(() => upcast(event, 3, CHAIN)).toThrow(UnknownEventVersion));
});
