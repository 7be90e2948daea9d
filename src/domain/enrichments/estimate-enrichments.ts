import type { Command } from '../command.js';
import { freeIn } from '../credits/grants.js';
import { spendableGrants } from '../credits/moves.js';
import { unchanged, type Decision } from '../decision.js';
import { Proposal } from '../proposal.js';
import { weighRequest } from './weigh-request.js';

/**
 * OP-23: what the same request would come to, asked of the same decision on a proposal that nobody keeps. An estimate
 * writes nothing: no event, no refusal, no memory of itself. `available` is what there is once all is cleared that the
 * request would clear first (grants that have expired, enrichments that are overdue).
 */
export const estimateEnrichments = (command: Command<'EstimateEnrichments'>, proposal: Proposal): Decision => {
  const weighed = weighRequest(command, proposal);
  if (weighed.kind === 'refused') {
    return unchanged({ kind: 'refused', refusal: weighed.refusal, replayed: false });
  }
  const { slots, fresh, perItem, required, shortage } = weighed;
  const result = {
    created: fresh.length,
    reused: slots.length - fresh.length,
    perItem,
    required,
    available: freeIn(spendableGrants(proposal)),
    shortage,
  };
  return unchanged({ kind: 'answered', result, replayed: false });
};
