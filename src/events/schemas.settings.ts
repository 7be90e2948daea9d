import type { OrgCaps } from '../domain/credits/caps.js';
import type { SettingsValue } from '../domain/settings/settings.js';
import type { EventDataByType } from './event.js';
import { count, nullable, object, string } from './schema-parts.js';

const CAPS = object<OrgCaps>({ daily: nullable(count), monthly: nullable(count) });

export const SETTINGS_SCHEMAS = {
  SettingsChanged: object<EventDataByType['SettingsChanged']>({
    settings: object<SettingsValue>({ caps: CAPS, creditThreshold: nullable(count) }),
    version: count,
    by: string,
  }),
};
