import { CATALOGUE } from '../../events/catalogue.js';
import type { EventType } from '../../events/event.js';
import { instant, string, type JsonSchema } from '../../events/schema-parts.js';

const CLOUD_EVENTS = 'application/cloudevents+json';
/** Text: larger than a number of JSON can hold. */
const digits: JsonSchema = { type: 'string', pattern: '^\\d+$' };

/** EV-01: what every record has, and what those have that count (EV-03). */
const ENVELOPE = {
  specversion: { const: '1.0' },
  id: string,
  source: string,
  subject: string,
  time: instant,
  claim: string,
};
const COUNTED = { seq: digits, orgid: string, commandoffset: digits, commandid: string, correlationid: string };

const RULES = [
  'Reader rules, per partition (EV-03): `PartitionClaimed` sets the current claim; a record of another claim does not count;',
  'a `seq` at or below the last is a repetition; one that skips a number means that records are missing: stop.',
  'Delivery is at least once, `id` is unique per record that counts. `sealed` is read over HTTP with the org’s key (EV-04).',
  'Fields may be added at any time (EV-05).',
].join(' ');

/** EV-01..EV-05: AsyncAPI 3.0 of the topic, made from the catalogue that the codec itself checks with. */
export const asyncApi = (): Readonly<Record<string, unknown>> => {
  const types = Object.keys(CATALOGUE) as EventType[];
  return {
    asyncapi: '3.0.0',
    info: { title: 'Tributary: events', version: '1', description: RULES },
    defaultContentType: CLOUD_EVENTS,
    channels: {
      events: {
        address: 'tributary.events',
        description: 'Keyed by org, in order per org, kept for ever. `TOPIC_PREFIX` may name it differently.',
        messages: Object.fromEntries(types.map((type) => [type, { $ref: `#/components/messages/${type}` }])),
      },
    },
    operations: {
      sendEvents: { action: 'send', channel: { $ref: '#/channels/events' }, summary: 'All that happened.' },
    },
    components: { messages: Object.fromEntries(types.map((type) => [type, messageOf(type)])) },
  };
};

const messageOf = (type: EventType): unknown => {
  const { schema, dataVersion, description } = CATALOGUE[type];
  const isClaim = type === 'PartitionClaimed';
  const properties = {
    ...ENVELOPE,
    ...(!isClaim && COUNTED),
    type: { const: type },
    dataversion: { const: dataVersion },
    data: schema,
  };
  return {
    name: type,
    title: type,
    summary: description,
    contentType: CLOUD_EVENTS,
    payload: { type: 'object', required: Object.keys(properties), properties },
  };
};
