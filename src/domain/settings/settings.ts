import type { OrgCaps } from '../credits/caps.js';

/** What an org decides for itself (API WF-10): the value as a whole stands in every `SettingsChanged`. */
export interface SettingsValue {
  readonly caps: OrgCaps;
  /** Fewer available credits than that are few (CR-13); null: none are. */
  readonly creditThreshold: number | null;
}

/** Stream `settings/<org>`. */
export interface Settings extends SettingsValue {
  /** 0 until something is set; one more with every change. */
  readonly version: number;
}

export const DEFAULT_SETTINGS: Settings = {
  caps: { daily: null, monthly: null },
  creditThreshold: null,
  version: 0,
};
