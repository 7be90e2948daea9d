import type { Proposal } from '../proposal.js';
import { availableIn, type Account } from './account.js';

/**
 * CR-13: a command that takes what is available down to nothing says so, once, whatever came and went in between.
 * `before`: the account as the command found it.
 */
export const tellCrossings = (proposal: Proposal, before: Account): void => {
  const { orgId } = proposal;
  const { entry, reserved, ...account } = proposal.account();
  const [was, available] = [availableIn(before), account.balance - reserved];
  if (was > 0 && available === 0) proposal.record('CreditsDepleted', `account/${orgId}`, { reserved, entry });
};
