import { BODIES, KINDS, PATH_IDS, QUERY_KINDS } from './bad-values.js';
import type { SweptRoute } from './routes.js';

/** A request that is wrong in one place. */
export interface BadRequest {
  readonly what: string;
  readonly method: string;
  readonly path: string;
  /** As it is sent; undefined: none. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Other than 400. */
  readonly statuses?: readonly number[];
}

const ID = '0190a000-0000-8000-8000-000000000001';
type Json = Readonly<Record<string, unknown>>;

/** Everything that can be wrong with requests of a route. */
export const badRequests = (route: SweptRoute): readonly BadRequest[] => [
  ...badFields(route),
  ...missingFields(route),
  ...badBodies(route),
  ...badQueries(route),
  ...badPaths(route),
  ...badHeaders(route),
];

const pathOf = ({ path }: SweptRoute, id = ID): string => path.replace(':entry', '1').replaceAll(/:\w+/g, id);

const urlOf = (route: SweptRoute, query: Readonly<Record<string, string>> = route.query ?? {}): string => {
  const text = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  return text.length === 0 ? pathOf(route) : `${pathOf(route)}?${text.join('&')}`;
};

const requestOf = (route: SweptRoute, more: Partial<BadRequest> & Pick<BadRequest, 'what'>): BadRequest => ({
  method: route.method,
  path: urlOf(route),
  ...(route.body !== undefined && route.query === undefined && { body: JSON.stringify(route.body) }),
  ...more,
});

const badFields = (route: SweptRoute): readonly BadRequest[] =>
  Object.entries(route.fields ?? {}).flatMap(([path, kind]) =>
    KINDS[kind].flatMap(([what, json]) => [
      requestOf(route, { what: `${path}: ${what}`, body: withField(route, path, json) }),
      requestOf(route, { what: `${path} twice: ${what}`, body: withTwice(route, path, json) }),
    ]),
  );

/** Text of the body with `json` in a place; what `JSON.stringify` cannot write can be put there, too. */
const withField = (route: SweptRoute, path: string, json: string): string => {
  const mark = '\u{E000}mark';
  return JSON.stringify(put(route.body ?? {}, path.split('.'), mark)).replace(JSON.stringify(mark), () => json);
};

/** The name stands there once as it should be, then as it must not be. */
const withTwice = (route: SweptRoute, path: string, json: string): string => {
  const name = JSON.stringify(path.split('.').at(-1));
  return withField(route, path, json).replace(`${name}:${json}`, () => `${name}:"a",${name}:${json}`);
};

const put = (at: unknown, [name = '', ...below]: readonly string[], value: unknown): unknown => {
  const inner: unknown = below.length === 0 ? value : put((at as Json)[name], below, value);
  if (Array.isArray(at)) return at.map((item: unknown, index) => (String(index) === name ? inner : item));
  return { ...(at as Json), [name]: inner };
};

const missingFields = (route: SweptRoute): readonly BadRequest[] =>
  (route.required ?? []).map((path) =>
    requestOf(route, {
      what: `${path} is missing`,
      body: JSON.stringify(put(route.body ?? {}, path.split('.'), undefined)),
    }),
  );

const badBodies = (route: SweptRoute): readonly BadRequest[] => {
  if (route.body === undefined) return [];
  const unknown = Object.entries({ nope: 1, orgId2: 'x', toString: 1, '': 1, '\u{1F600}': 1, 'e\u0301': 1 });
  const polluting = ['__proto__', 'constructor', 'prototype'].map((name) => `{"${name}":{"admin":true}}`);
  return [
    ...BODIES.map(([what, body]) => requestOf(route, { what: `body: ${what}`, body, statuses: [400, 413] })),
    ...unknown.map(([name, value]) =>
      requestOf(route, { what: `unknown ${name}`, body: JSON.stringify({ ...route.body, [name]: value }) }),
    ),
    ...polluting.map((body) => requestOf(route, { what: `polluting ${body}`, body })),
    ...Object.keys(route.body as Json).map((name) =>
      requestOf(route, { what: `${name} twice, and the same`, body: doubled(route.body as Json, name) }),
    ),
    ...['text/plain', 'text/csv', 'application/json; charset=utf-16', 'nonsense'].map((type) =>
      requestOf(route, {
        what: `type ${type}`,
        body: '{}',
        headers: { 'content-type': type },
        statuses: [415],
      }),
    ),
  ];
};

/** Right in all but this: a name stands there twice. */
const doubled = (body: Json, name: string): string =>
  JSON.stringify(body).replace(/\}$/, `,${JSON.stringify(name)}:${JSON.stringify(body[name])}}`);

const badQueries = (route: SweptRoute): readonly BadRequest[] => {
  const { query = {}, params = {} } = route;
  const values = Object.entries(params).flatMap(([name, kind]) =>
    QUERY_KINDS[kind].map((value) => ({
      what: `?${name}=${value.slice(0, 50)}`,
      path: urlOf(route, { ...query, [name]: value }),
    })),
  );
  const names = ['nope', '__proto__', 'constructor', 'toString', '%00', '%F0%9F%98%80', 'a%5Bb%5D'];
  const unknown = names.map((name) => ({ what: `?${name}`, path: urlOf(route, { ...query, [name]: '1' }) }));
  const repeated = Object.keys(params).map((name) => ({
    what: `?${name} twice`,
    path: `${urlOf(route, { ...query, [name]: '1' })}&${name}=1`,
  }));
  return [...values, ...unknown, ...repeated].map((bad) => requestOf(route, bad));
};

const badPaths = (route: SweptRoute): readonly BadRequest[] => [
  ...(route.path.includes(':') ? PATH_IDS : []).map((id) =>
    requestOf(route, {
      what: `path ${id}`,
      path: urlOf(route).replace(ID, id).replace(/\/1$/, `/${id}`),
      statuses: [400, 404],
    }),
  ),
  requestOf(route, { what: 'a trailing slash', path: `${pathOf(route)}/`, statuses: [404, 405] }),
];

const badHeaders = ({ ignoresPosition, ...route }: SweptRoute): readonly BadRequest[] => {
  const keys = ['', 'x'.repeat(256), 'a\tb', '\u00e9'].map((key) =>
    requestOf(route, { what: `Idempotency-Key ${key.slice(0, 9)}`, headers: { 'idempotency-key': key } }),
  );
  const positions = ['x', '1', '1:', ':1', '1:-1', '1:1:1', '99999:1', `1:${'9'.repeat(30)}`].map((position) =>
    requestOf(route, {
      what: `X-Tributary-Position ${position.slice(0, 9)}`,
      headers: { 'x-tributary-position': position },
    }),
  );
  const isRead = route.method === 'GET' && ignoresPosition !== true;
  return [...(route.method === 'POST' ? keys : []), ...(isRead ? positions : [])];
};
