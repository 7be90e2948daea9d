import type { Instant } from '../kernel/instant.js';
import type { Refusal } from '../kernel/refusal.js';
import { usedAt, type Spending } from './spending.js';

/** Of an API key: per UTC day, and in all its life. null: no cap. In the installation's unit. */
export interface KeyCaps {
  readonly daily: number | null;
  readonly total: number | null;
}

/** Of an org: per UTC day and month. */
export interface OrgCaps {
  readonly daily: number | null;
  readonly monthly: number | null;
}

/** All that limits one reservation, and what its limits are compared with. */
export interface CapsInForce {
  /** Of the request; null: none. */
  readonly maxCredits: number | null;
  readonly key: { readonly caps: KeyCaps; readonly spending: Spending | undefined } | null;
  readonly org: { readonly caps: OrgCaps; readonly spending: Spending | undefined };
}

export type CapName = 'request' | 'key_daily' | 'key_total' | 'org_daily' | 'org_monthly';

interface Cap {
  readonly cap: CapName;
  readonly limit: number | null;
  readonly used: number;
}

/** CR-07: the first cap, from the narrowest to the widest, that `required` more would break. What costs nothing breaks none. */
export const capRefusal = (inForce: CapsInForce, required: number, now: Instant): Refusal | null => {
  if (required === 0) return null;
  const broken = capsOf(inForce, now).find(({ limit, used }) => limit !== null && used + required > limit);
  return broken === undefined
    ? null
    : { code: 'CAP_EXCEEDED', reason: 'cap_exceeded', details: { ...broken, required } };
};

const capsOf = ({ maxCredits, key, org }: CapsInForce, now: Instant): readonly Cap[] => {
  const ofKey = usedAt(key?.spending, now);
  const ofOrg = usedAt(org.spending, now);
  return [
    { cap: 'request', limit: maxCredits, used: 0 },
    { cap: 'key_daily', limit: key?.caps.daily ?? null, used: ofKey.daily },
    { cap: 'key_total', limit: key?.caps.total ?? null, used: ofKey.total },
    { cap: 'org_daily', limit: org.caps.daily, used: ofOrg.daily },
    { cap: 'org_monthly', limit: org.caps.monthly, used: ofOrg.monthly },
  ];
};
