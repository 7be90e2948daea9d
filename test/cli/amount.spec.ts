import { amountFrom } from '../../cli/amount.js';
import { Failure } from '../../cli/failure.js';

describe('an amount on the command line', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['1000', 1_000],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ])('%s is taken', (text, amount) => expect(amountFrom('--amount', text)).toBe(amount));

  it.each(['1e3', '0x10', '0b1', '1.0', '-1', '+1', '007', ' 1', '1 ', '', '1_000', '1,000', '9007199254740992', '١'])(
    '%j is refused, and the option is named',
    (text) => {
      expect(() => amountFrom('--amount', text)).toThrow(Failure);
      expect(() => amountFrom('--amount', text)).toThrow('--amount');
    },
  );

  it('is no less than it has to be', () => expect(() => amountFrom('--amount', '0', 1)).toThrow('1 or more'));
});
