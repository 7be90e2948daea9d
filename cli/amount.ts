import { Failure } from './failure.js';

const PLAIN = /^(0|[1-9]\d*)$/;

/** Credits as an option: digits alone, because `1e3` and `0x10` are more often a slip than meant. @throws Failure */
export const amountFrom = (option: string, text: string, least = 0): number => {
  const amount = Number(text);
  if (PLAIN.test(text) && Number.isSafeInteger(amount) && amount >= least) return amount;
  throw new Failure(`${option} must be a whole number of credits, ${least} or more, in digits`);
};
