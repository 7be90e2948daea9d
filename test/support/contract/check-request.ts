import type { Exchange } from './contract.js';
import type { Parameter, Place } from './document.js';
import type { Schemas } from './schemas.js';

/**
 * The service and the document must agree on what a good request is: what was answered well, the document accepts; what
 * was refused for its shape, it refuses as well.
 */
export const checkRequest = (place: Place, exchange: Exchange, schemas: Schemas): readonly string[] => {
  const { status } = exchange;
  if (status !== 400 && (status < 200 || status >= 300)) return [];
  const faults = faultsOf(place, exchange, schemas);
  if (status !== 400) return faults.map((fault) => `answered well, although the document refuses it: ${fault}`);
  const { reason } = (JSON.parse(exchange.text) as { error: { reason: string } }).error;
  if (faults.length > 0 || !isOfShape(reason) || !saysWhole(place)) return [];
  return [`refused with ${reason}, although the document accepts it`];
};

/** What no schema of a single place can say, or none without repeating code of ours. */
const BEYOND_SCHEMAS: ReadonlySet<string> = new Set([
  // What a text means: identities, dates, cursors, filters below a certain depth.
  'invalid_linkedin_url',
  'invalid_email',
  'invalid_x_handle',
  'invalid_github_username',
  'invalid_company_domain',
  'invalid_at',
  'invalid_start_date',
  'invalid_end_date',
  'invalid_expires_at',
  'invalid_cursor',
  'invalid_filters',
  'invalid_q',
  'invalid_custom',
  // Goes with one of the types of a body.
  'invalid_other_columns',
  // Broken text and names: JSON Schema knows neither surrogates nor control characters.
  'invalid_text',
  'invalid_name',
  // Heads, which tests of the input do not send.
  'invalid_position',
  'invalid_idempotency_key',
]);

/** Not of routes that only exist to refuse, nor of a parameter that may stand in query or body, but has to stand. */
const saysWhole = (place: Place): boolean => {
  const { responses, requestBody } = place.operation;
  const inQuery = parametersIn(place, 'query').map(({ name }) => name);
  const body = requestBody?.content['application/json']?.schema as { readonly properties?: object } | undefined;
  const isAnswered = Object.keys(responses).some((status) => status < '400');
  return isAnswered && !Object.keys(body?.properties ?? {}).some((name) => inQuery.includes(name));
};

const isOfShape = (reason: string): boolean =>
  (reason.startsWith('invalid_') || reason.startsWith('too_many_') || reason === 'unknown_property') &&
  !BEYOND_SCHEMAS.has(reason);

const faultsOf = (place: Place, exchange: Exchange, schemas: Schemas): readonly string[] => [
  ...pathFaults(place, schemas),
  ...queryFaults(place, exchange, schemas),
  ...bodyFaults(place, exchange, schemas),
];

const parametersIn = ({ operation, document }: Place, where: Parameter['in']): readonly Parameter[] =>
  (operation.parameters ?? [])
    .map((one) => ('$ref' in one ? document.components.parameters[one.$ref.split('/').at(-1) ?? ''] : one))
    .filter((one): one is Parameter => one?.in === where);

const pathFaults = (place: Place, schemas: Schemas): readonly string[] =>
  parametersIn(place, 'path').flatMap(({ name, schema }) =>
    schemas.holdsText(schema, textOf(place.parameters[name])) ? [] : [`path ${name}`],
  );

const queryFaults = (place: Place, { url }: Exchange, schemas: Schemas): readonly string[] => {
  const given = [...new URLSearchParams(url.split('?').slice(1).join('?'))];
  const known = parametersIn(place, 'query');
  const missing = known.filter(({ name, required }) => required && !given.some(([one]) => one === name));
  const wrong = given.filter(([name, value], index) => {
    const schema = known.find((one) => one.name === name)?.schema;
    const isRepeated = given.findIndex(([other]) => other === name) !== index;
    return schema === undefined || isRepeated || !schemas.holdsText(schema, textOf(value));
  });
  return [...missing.map(({ name }) => `query ${name} is missing`), ...wrong.map(([name]) => `query ${name}`)];
};

const bodyFaults = ({ operation }: Place, { sent, method }: Exchange, schemas: Schemas): readonly string[] => {
  const { requestBody } = operation;
  const json = requestBody?.content['application/json'];
  const isEmpty = sent === undefined || sent.length === 0;
  if (isEmpty) return requestBody?.required === true ? ['the body is missing'] : [];
  if (method === 'GET' || (requestBody !== undefined && json === undefined)) return [];
  const body = parsed(sent);
  if (body === UNREADABLE) return ['the body is no JSON'];
  if (json === undefined) return Object.keys(Object(body)).length === 0 ? [] : ['no body is documented'];
  return schemas.faultsOf(json.schema, trimmed(body));
};

const UNREADABLE = Symbol('unreadable');

const parsed = (sent: string | Buffer): unknown => {
  try {
    return JSON.parse(sent.toString());
  } catch {
    return UNREADABLE;
  }
};

const textOf = (text = ''): string => text.normalize('NFC').trim();

/** The service refuses what is deeper before it reads it. */
const DEPTH_MAX = 20;

/** texts are trimmed before anything is asked of them. */
const trimmed = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return textOf(value);
  if (value === null || typeof value !== 'object' || depth > DEPTH_MAX) return value;
  if (Array.isArray(value)) return value.map((item) => trimmed(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, trimmed(item, depth + 1)]));
};
