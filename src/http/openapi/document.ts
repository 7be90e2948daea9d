import type { JsonSchema } from '../../events/schema-parts.js';
import { errorDocs, errorSchema } from './error-docs.js';
import { headerReferences, HEADERS, RATE_HEADERS, type HeaderName } from './headers.js';
import { contentOf, HEAD_PARAMETERS, inputDocs } from './input-docs.js';
import { SchemaComponents } from './named.js';
import type { AnswerDoc } from './operation-doc.js';
import type { DeclaredRoute } from './routes.js';

/** One of the documents of AD-01; it has the routes below its prefix that no other has. */
export interface DocumentHead {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly prefix: string;
}

export type OpenApiDocument = Readonly<Record<string, unknown>>;

/** Of the API, not of the software. */
const API_VERSION = '1';

/** OpenAPI 3.1 of these routes: all of it follows from the controllers, their DTOs and what `@Documented` adds. */
export const documentOf = (head: DocumentHead, routes: readonly DeclaredRoute[]): OpenApiDocument => {
  const components = new SchemaComponents();
  const paths = components.place(pathsOf(routes));
  const responses = components.place(GENERAL_RESPONSES);
  return {
    openapi: '3.1.1',
    info: { title: head.title, version: API_VERSION, description: head.description, license: LICENSE },
    servers: [{ url: '/' }],
    security: [{ bearer: [] }, { apiKey: [] }, { accessKey: [], secretKey: [] }],
    paths,
    components: {
      schemas: components.schemas,
      responses,
      parameters: HEAD_PARAMETERS,
      headers: HEADERS,
      securitySchemes: SECURITY_SCHEMES,
    },
  };
};

const LICENSE = { name: 'Apache-2.0', identifier: 'Apache-2.0' };

const SECURITY_SCHEMES = {
  bearer: { type: 'http', scheme: 'bearer', description: 'An API key `tk_…`, or a session token.' },
  apiKey: { type: 'apiKey', in: 'header', name: 'X-API-KEY' },
  accessKey: { type: 'apiKey', in: 'header', name: 'X-Access-Key', description: 'The id of a key …' },
  secretKey: { type: 'apiKey', in: 'header', name: 'X-Secret-Key', description: '… with its secret.' },
};

const generalError = (description: string, schema: JsonSchema, headers: readonly HeaderName[] = []): unknown => ({
  description,
  headers: headerReferences(['X-Request-Id', ...headers]),
  content: { 'application/json': { schema } },
});

/** What is answered where no operation is. */
const GENERAL_RESPONSES = {
  UnknownRoute: generalError('No such route.', errorSchema('NOT_FOUND', ['unknown_route'])),
  MethodNotAllowed: generalError(
    'The route knows other methods.',
    errorSchema('METHOD_NOT_ALLOWED', ['method_not_allowed']),
    ['Allow'],
  ),
  MalformedRequest: generalError(
    'The URL or the head of the request cannot be read.',
    errorSchema('VALIDATION_ERROR', ['malformed_request']),
  ),
};

const pathsOf = (routes: readonly DeclaredRoute[]): Readonly<Record<string, unknown>> => {
  const paths = new Map<string, Record<string, unknown>>();
  for (const route of routes) {
    const template = route.path.replaceAll(/:(\w+)/g, '{$1}');
    const item = paths.get(template) ?? {};
    item[route.method.toLowerCase()] = operationOf(route);
    paths.set(template, item);
  }
  return Object.fromEntries([...paths].sort(([left], [right]) => (left < right ? -1 : 1)));
};

const operationOf = (route: DeclaredRoute): unknown => {
  const { doc, scope } = route;
  return {
    operationId: doc.id,
    summary: doc.summary,
    description: [doc.description, standingOf(route)].filter((part) => part !== undefined).join('\n\n'),
    ...(scope === null && { security: [] }),
    ...inputDocs(route),
    responses: { ...answersOf(route), ...errorDocs(route) },
  };
};

const standingOf = ({ scope, kind }: DeclaredRoute): string =>
  scope === null ? 'Needs no credential.' : `Needs the scope \`${scope}\`; counts as a ${kind} (X-08).`;

const answersOf = (route: DeclaredRoute): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(route.doc.answers).map(([status, answer]) => [status, answerOf(route, answer)]));

const answerOf = ({ scope, writes }: DeclaredRoute, answer: AnswerDoc): unknown => {
  const { description, schema, mediaType = 'application/json', alternatives, headers = [], example } = answer;
  const names: readonly HeaderName[] = [
    'X-Request-Id',
    ...(scope === null ? [] : RATE_HEADERS),
    ...(writes ? (['Idempotency-Replayed'] as const) : []),
    ...headers,
  ];
  return {
    description,
    headers: headerReferences(names),
    ...(schema !== undefined && {
      content: contentOf({ [mediaType]: schema, ...alternatives }, { [mediaType]: example }),
    }),
  };
};
