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
  const settings: SettingsValue = { caps: { ...before.caps, ...data.caps } };
  const isChange = settings.caps.daily !== before.caps.daily || settings.caps.monthly !== before.caps.monthly;
  if (isChange) {
    const changed = { settings, version: before.version + 1, by: data.by };
    proposal.record('SettingsChanged', `settings/${orgId}`, changed);
  }
  const memory = { status: isChange ? 'changed' : 'unchanged', references: [], inEvents: isChange };
  return answered({ settings: proposal.state.get(key) ?? before }, memory);
};

const refusalOf = ({ caps = {} }: Command<'ChangeSettings'>['data']): Refusal | null => {
  const isCap = (cap: number | null): boolean => cap === null || isAmount(cap);
  return Object.values(caps).every(isCap) ? null : { code: 'VALIDATION_ERROR', reason: 'invalid_caps' };
};
