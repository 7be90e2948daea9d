import type { Estimate } from '../../commands/estimate-enrichments.command.js';
import { Answer } from '../answer.js';

/**
 * OP-23. `reservedMax` = `newCount` × `perItem` is what would be set aside, `balanceAfterMax` what would be available
 * then (less than 0 when it is not affordable), `shortage` the 402 that the request would get.
 */
export const answerEstimated = (estimate: Estimate): Answer => {
  const { created, reused, required, expected, perItem, available, shortage } = estimate;
  const body = {
    newCount: created,
    reusedCount: reused,
    reservedMax: required,
    expected,
    perItem,
    balanceAfterMax: available - required,
    affordable: shortage === null,
    shortage,
  };
  return new Answer(body, { credits: { reserved: 0, charged: 0, available } });
};
