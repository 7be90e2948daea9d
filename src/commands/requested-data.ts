import type { CommandDataByType } from '../domain/command.js';
import type { KeyCaps } from '../domain/credits/caps.js';
import type { Dialect } from '../domain/enrichments/enrichment.js';
import type { OrgId, PersonId } from '../domain/kernel/ids.js';
import type { Field } from '../domain/waterfall/plan.js';
import { invalidInput } from './api-error.js';
import type { TermsSource } from './ports.js';

/** Who asks for what, for requests and estimates alike. */
export interface EnrichmentsAsked {
  readonly orgId: OrgId;
  /** Distinct, 1..1000. */
  readonly personIds: readonly PersonId[];
  readonly field: Field;
  readonly createdBy: string;
  readonly dialect: Dialect;
  /** OP-05 */
  readonly force?: boolean | undefined;
  /** CR-07: cap of this request. */
  readonly maxCredits?: number | undefined;
  /** CR-07: caps of the key that asks. */
  readonly keyCaps?: KeyCaps | null;
  /** WF-03 */
  readonly waterfallId?: string | undefined;
}

/**
 * Under the terms of org and field. Naming the default waterfall is the same as naming none, so both share their
 * enrichments (OP-04): the id becomes part of the options only when it is not the default.
 * @throws ApiError `unknown_waterfall`
 */
export const requestedData = (
  source: TermsSource,
  { orgId, force, maxCredits, keyCaps, waterfallId, ...asked }: EnrichmentsAsked,
): CommandDataByType['RequestEnrichments'] => {
  const terms = source.termsFor(orgId, asked.field);
  if (waterfallId !== undefined && waterfallId !== terms.plan.waterfallId) {
    const message = `waterfallId must be the id of a waterfall for ${asked.field}`;
    throw invalidInput('waterfallId', message, 'unknown_waterfall');
  }
  return {
    ...asked,
    ...terms,
    ...(force === true && { force }),
    ...(maxCredits !== undefined && { maxCredits }),
    ...(keyCaps && { keyCaps }),
  };
};
