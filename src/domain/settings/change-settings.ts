import type { Command } from '../command.js';
import { isAmount } from '../credits/amount.js';
import type { Refusal } from '../kernel/refusal.js';
import type { Proposal } from '../proposal.js';
import { streams } from '../streams.js';
import { answered, refused, type Verdict } from '../verdict.js';
import { DEFAULT_SETTINGS, type SettingsValue } from './settings.js';

/** WF-10: what is mentioned is replaced, the rest stays. Settings that stay as they are make no event and no version. */
export const changeSettings = (
  { orgId, data }: Command<'ChangeSettings'>,
  proposal: Proposal,
): Verdict<'ChangeSettings'> => {
  const refusal = refusalOf(data);
  if (refusal !== null) return refused(refusal);
  const key = streams.settings(orgId);
  const before = proposal.state.get(key) ?? DEFAULT_SETTINGS;
  const { caps, creditThreshold = before.creditThreshold } = data;
  const settings: SettingsValue = { caps: { ...before.caps, ...caps }, creditThreshold };
  const isChange = !isSame(settings, before);
  if (isChange) {
    const changed = { settings, version: before.version + 1, by: data.by };
    proposal.record('SettingsChanged', `settings/${orgId}`, changed);
  }
  const memory = { status: isChange ? 'changed' : 'unchanged', references: [], inEvents: isChange };
  return answered({ settings: proposal.state.get(key) ?? before }, memory);
};

const isSame = (a: SettingsValue, b: SettingsValue): boolean =>
  a.caps.daily === b.caps.daily && a.caps.monthly === b.caps.monthly && a.creditThreshold === b.creditThreshold;

const refusalOf = ({ caps = {}, creditThreshold = null }: Command<'ChangeSettings'>['data']): Refusal | null => {
  const isLimit = (limit: number | null): boolean => limit === null || isAmount(limit);
  if (!Object.values(caps).every(isLimit)) return { code: 'VALIDATION_ERROR', reason: 'invalid_caps' };
  return isLimit(creditThreshold) ? null : { code: 'VALIDATION_ERROR', reason: 'invalid_credit_threshold' };
};
