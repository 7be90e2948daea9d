import type { SettingsValue } from '../domain/settings/settings.js';

/** The settings of an org as they are from now on, whole. */
export interface SettingsChanged {
  readonly settings: SettingsValue;
  /** 1, 2, 3 … per org. */
  readonly version: number;
  /** The user or key that asked. */
  readonly by: string;
}
