import { invariant } from '../kernel/errors.js';

/** The one door for amounts: non-negative safe integers in the installation's unit; anything else is our bug. */
export const amountOf = (value: number): number => {
  invariant(isAmount(value), `not an amount of credits: ${value}`);
  return value;
};

/** For amounts that a client sent: asks instead of asserting. */
export const isAmount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
