import type { EventDataByType, EventType } from './event.js';
import { object, strings, type JsonSchema } from './schema-parts.js';
import { CREDIT_SCHEMAS } from './schemas.credits.js';
import { ENRICHMENT_SCHEMAS } from './schemas.enrichments.js';
import { COMMAND_SCHEMAS } from './schemas.commands.js';
import { SETTINGS_SCHEMAS } from './schemas.settings.js';

export type { JsonSchema };

const PERSON_RECORDED = object<EventDataByType['PersonRecorded']>({
  personId: { type: 'string' },
  keyId: { type: 'string' },
  keyIds: strings,
  identities: strings,
  sealed: { type: 'string' },
  source: { type: 'string' },
  merged: { type: 'boolean' },
});

/** JSON Schema (draft 7) of the data of every event type. */
export const EVENT_SCHEMAS: Readonly<Record<EventType, JsonSchema>> = {
  PersonRecorded: PERSON_RECORDED,
  ...ENRICHMENT_SCHEMAS,
  ...CREDIT_SCHEMAS,
  ...SETTINGS_SCHEMAS,
  ...COMMAND_SCHEMAS,
};
