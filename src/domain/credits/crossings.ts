import type { Proposal } from '../proposal.js';
import { availableIn, type Account } from './account.js';

/**
 * CR-13: a command that takes what is available below the org's threshold, or down to nothing, says so, once, whatever
 * came and went in between. So does one that moves the threshold above it. `before`: as the command found it.
 */
export const tellCrossings = (proposal: Proposal, before: Account): void => {
  const after = proposal.account();
  const { entry, reserved, threshold } = after;
  const available = availableIn(after);
  const subject = `account/${proposal.orgId}`;
  if (threshold !== undefined && isLow(after) && !isLow(before)) {
    proposal.record('CreditsRanLow', subject, { available, threshold, entry });
  }
  if (availableIn(before) > 0 && available === 0) proposal.record('CreditsDepleted', subject, { reserved, entry });
};

const isLow = (account: Account): boolean =>
  account.threshold !== undefined && availableIn(account) < account.threshold;
