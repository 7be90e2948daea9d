import type { StepConditions } from '../domain/waterfall/plan.js';
import type { SealedIdentity } from '../vault/vault.js';
import { isTestOrg, type HeldAttempt } from './attempt.js';
import type { ProviderAdapter } from './provider.js';

/** Why a step is not tried (WF-05); stable words, they stand in the trace of the enrichment. */
export type SkipReason =
  | 'not_configured'
  /** Test orgs reach sandbox providers only. */
  | 'sandbox_only'
  | 'field_not_supported'
  | 'condition_unmet'
  | 'identity_not_accepted'
  | 'breaker_open'
  /** The person was erased: there is no key to open the identity with, or to seal values under. */
  | 'person_erased';

/** Decided from the row alone, before the identity is opened. */
export const skipBeforeOpening = (attempt: HeldAttempt, adapter: ProviderAdapter | undefined): SkipReason | null => {
  if (adapter === undefined) return 'not_configured';
  if (isTestOrg(attempt.orgId) && !adapter.sandbox) return 'sandbox_only';
  return adapter.fields.includes(attempt.field) ? null : 'field_not_supported';
};

export const skipForIdentity = (
  attempt: HeldAttempt,
  adapter: ProviderAdapter,
  identity: SealedIdentity,
): SkipReason | null => {
  const conditions = attempt.plan.steps[attempt.step - 1]?.when ?? {};
  if (!meets(conditions, identity)) return 'condition_unmet';
  return adapter.accepts(attempt.field, identity) ? null : 'identity_not_accepted';
};

const meets = ({ country, hasLinkedin, hasDomain }: StepConditions, identity: SealedIdentity): boolean =>
  (country === undefined || (identity.country !== undefined && country.includes(identity.country.toUpperCase()))) &&
  (hasLinkedin === undefined || hasLinkedin === (identity.linkedinUrl !== undefined)) &&
  (hasDomain === undefined || hasDomain === (identity.companyDomain !== undefined));
