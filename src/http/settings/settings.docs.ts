import type { OrgCaps } from '../../domain/credits/caps.js';
import type { Settings } from '../../domain/settings/settings.js';
import { count, nullable, object } from '../../events/schema-parts.js';
import { POSITION } from '../openapi/headers.js';
import { named } from '../openapi/named.js';
import type { OperationDoc } from '../openapi/operation-doc.js';
import { credits, described } from '../openapi/parts.js';

const CAP = described(nullable(credits), 'Credits; null: no cap.');

const SETTINGS = named(
  'Settings',
  object<Settings>({
    caps: object<OrgCaps>({ daily: CAP, monthly: CAP }),
    creditThreshold: described(
      nullable(credits),
      'Fewer available credits than that are told of by the event CreditsRanLow; null: never.',
    ),
    version: described(count, '0 until something is set; one more with every change.'),
  }),
);

const EXAMPLE = { caps: { daily: 500, monthly: null }, creditThreshold: 100, version: 1 };

/** WF-10. */
export const SHOW_SETTINGS: OperationDoc = {
  id: 'showSettings',
  summary: 'What the org decides for itself',
  answers: { 200: { description: 'All settings.', schema: SETTINGS, example: EXAMPLE } },
};

/** WF-10, CR-07. */
export const CHANGE_SETTINGS: OperationDoc = {
  id: 'changeSettings',
  summary: 'Change settings; what is not mentioned stays',
  description: 'Caps are of UTC days and months; null takes one away.',
  example: { caps: { daily: 500 }, creditThreshold: 100 },
  answers: { 200: { description: 'All settings.', schema: SETTINGS, headers: POSITION, example: EXAMPLE } },
  errors: { VALIDATION_ERROR: ['invalid_caps_daily', 'invalid_caps_monthly', 'invalid_credit_threshold'] },
};
