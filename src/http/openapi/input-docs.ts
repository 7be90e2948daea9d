import type { JsonSchema } from '../../events/schema-parts.js';
import { inputProperties, objectSchema, type InputProperty } from '../input/described.js';
import { isTakenFromQuery } from '../input/input.decorator.js';
import type { DeclaredRoute } from './routes.js';

/** What a route takes: parameters and body, read from its DTO. */
export interface InputDocs {
  readonly parameters: readonly unknown[];
  readonly requestBody?: unknown;
}

const PARAMETER = '#/components/parameters/';

/** Of every document; the heads of requests that are not a DTO's business. */
export const HEAD_PARAMETERS = {
  RequestId: headParameter('X-Request-Id', 'Shown on the answer and in the log (X-04).', {
    type: 'string',
    minLength: 1,
    maxLength: 128,
  }),
  IdempotencyKey: headParameter('Idempotency-Key', 'A repeat with the same key gets the first one’s answer (X-07).', {
    type: 'string',
    minLength: 1,
    maxLength: 255,
    pattern: '^[\\x20-\\x7e]+$',
  }),
  Position: headParameter('X-Tributary-Position', 'Answer no older than this position of a mutation (X-11).', {
    type: 'string',
    pattern: '^\\d{1,5}:\\d{1,18}$',
  }),
  KnownTags: headParameter('If-None-Match', '304 when nothing has changed (X-10).', { type: 'string' }),
} as const;

function headParameter(name: string, description: string, schema: JsonSchema): JsonSchema {
  return { name, in: 'header', required: false, description, schema };
}

export const inputDocs = (route: DeclaredRoute): InputDocs => {
  const { input, doc, path } = route;
  const properties = input === null ? [] : inputProperties(input.dto);
  const names = pathNames(path);
  const others = properties
    .filter(({ name }) => !names.includes(name))
    .map((one) => ({ ...one, ...placesOf(route, one) }));
  const query = others.filter(({ inQuery }) => inQuery);
  const body = others.filter(({ inBody }) => inBody);
  const parameters = [
    ...names.map((name) => parameterOf('path', properties.find((one) => one.name === name) ?? plain(name))),
    ...query.map((one) => parameterOf('query', one)),
    ...headParametersOf(route),
  ];
  const bodies =
    doc.bodies ?? (body.length > 0 ? { 'application/json': { ...objectSchema(body), ...doc.bodyRules } } : null);
  if (bodies === null) return { parameters };
  const required = doc.bodies !== undefined || body.some((one) => one.required);
  return {
    parameters,
    requestBody: { required, content: contentOf(bodies, doc.bodyExamples ?? { 'application/json': doc.example }) },
  };
};

/** What may stand in query or body has to stand in neither of them. */
const placesOf = ({ input }: DeclaredRoute, { name, required }: InputProperty) => {
  const source = input?.source ?? 'path';
  const inQuery = isTakenFromQuery(source, name);
  const inBody = source !== 'query' && source !== 'path';
  return { inQuery, inBody, required: required && !(inQuery && inBody) };
};

export const pathNames = (path: string): readonly string[] =>
  [...path.matchAll(/:(\w+)/g)].map(([, name]) => name as string);

const plain = (name: string): InputProperty => ({ name, schema: { type: 'string' }, required: true, reasons: [] });

const parameterOf = (place: 'path' | 'query', { name, schema, required }: InputProperty): unknown => ({
  name,
  in: place,
  required: place === 'path' || required,
  schema,
});

const headParametersOf = ({ reads, writes, doc }: DeclaredRoute): readonly unknown[] => {
  const names: readonly (keyof typeof HEAD_PARAMETERS)[] = [
    'RequestId',
    ...(writes ? (['IdempotencyKey'] as const) : []),
    ...(reads ? (['Position'] as const) : []),
    ...(doc.answers[304] === undefined ? [] : (['KnownTags'] as const)),
  ];
  return names.map((name) => ({ $ref: `${PARAMETER}${name}` }));
};

/** Schemas by media type, each with its example. */
export const contentOf = (
  schemas: Readonly<Record<string, JsonSchema>>,
  examples: Readonly<Record<string, unknown>>,
): unknown =>
  Object.fromEntries(
    Object.entries(schemas).map(([type, schema]) => {
      const example = examples[type];
      return [type, { schema, ...(example !== undefined && { example }) }];
    }),
  );
