import { checkRequest } from './check-request.js';
import { placeOf, type Document, type Place, type ResponseDoc } from './document.js';
import { Schemas } from './schemas.js';

/** A call as a test made it, and what came back. */
export interface Exchange {
  readonly method: string;
  /** With its query. */
  readonly url: string;
  /** As it was sent; undefined: none. */
  readonly sent: string | Buffer | undefined;
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Of HTTP itself, or of a browser's rules: what they say is not ours. */
const PLAIN_HEADERS =
  /^(content-type|content-length|date|connection|keep-alive|transfer-encoding|cache-control|vary|x-content-type-options|content-security-policy|access-control-.*)$/;

/** As it arrives: `..` is gone by then. */
const pathOf = (url: string): string => {
  const path = url.split('?', 1)[0] ?? '';
  return URL.canParse(path, 'http://host') ? new URL(path, 'http://host').pathname : path;
};

/** Holds every exchange of the contract tests against the OpenAPI documents (issue 4, point 7). */
export class Contract {
  private readonly schemas: ReadonlyMap<Document, Schemas>;
  private readonly open: ReadonlyMap<Document, Schemas>;

  constructor(private readonly documents: readonly Document[]) {
    this.schemas = new Map(documents.map((document) => [document, new Schemas(document, true)]));
    this.open = new Map(documents.map((document) => [document, new Schemas(document, false)]));
  }

  /** @throws Error naming the route and all that is not documented */
  check(exchange: Exchange): void {
    if (exchange.method === 'OPTIONS' && exchange.headers['access-control-allow-origin'] !== undefined) return;
    const path = pathOf(exchange.url);
    const place = placeOf(this.documents, exchange.method, path);
    const faults = place === null ? this.checkGeneral(exchange) : this.checkOperation(place, exchange);
    if (faults.length === 0) return;
    const where = `${exchange.method} ${place?.path ?? path} → ${exchange.status}`;
    throw new Error(`${where} is not as documented:\n${faults.join('\n')}\n${exchange.text.slice(0, 2_000)}`);
  }

  private checkOperation(place: Place, exchange: Exchange): readonly string[] {
    const { document, operation } = place;
    const response = operation.responses[String(exchange.status)];
    if (response === undefined) return ['the status is not documented'];
    const schemas = this.open.get(document);
    const asked = schemas === undefined ? [] : checkRequest(place, exchange, schemas);
    return [...this.checkResponse(document, response, exchange), ...asked];
  }

  /** Where there is no operation: another method, another path, a URL that nobody can read. */
  private checkGeneral(exchange: Exchange): readonly string[] {
    const [document] = this.documents;
    const name = { 404: 'UnknownRoute', 405: 'MethodNotAllowed', 400: 'MalformedRequest' }[exchange.status];
    const response = name === undefined ? undefined : document?.components.responses[name];
    if (document === undefined || response === undefined) return ['there is no such operation'];
    return this.checkResponse(document, response, exchange);
  }

  private checkResponse(document: Document, response: ResponseDoc, exchange: Exchange): readonly string[] {
    return [...this.checkHeaders(document, response, exchange), ...this.checkBody(document, response, exchange)];
  }

  private checkHeaders(document: Document, response: ResponseDoc, { headers }: Exchange): readonly string[] {
    const documented = new Map(Object.keys(response.headers ?? {}).map((name) => [name.toLowerCase(), name]));
    const faults = Object.entries(headers).flatMap(([name, value]) => {
      const known = documented.get(name);
      if (known === undefined) return PLAIN_HEADERS.test(name) ? [] : [`the header ${name} is not documented`];
      const schema = document.components.headers[known]?.schema ?? {};
      const holds = this.schemas.get(document)?.holdsText(schema, value) === true;
      return holds ? [] : [`the header ${name}: ${value} is not as documented`];
    });
    return headers['x-request-id'] === undefined ? [...faults, 'X-Request-Id is missing'] : faults;
  }

  private checkBody(document: Document, { content }: ResponseDoc, exchange: Exchange): readonly string[] {
    const { headers, text, method } = exchange;
    if (method === 'HEAD') return text === '' ? [] : ['HEAD has a body'];
    if (content === undefined) return text === '' ? [] : ['a body is not documented'];
    const type = headers['content-type']?.split(';', 1)[0] ?? '';
    const media = content[type] ?? content['*/*'];
    if (media === undefined) return [`the type ${type} is not documented`];
    if (type !== 'application/json') return [];
    return this.schemas.get(document)?.faultsOf(media.schema, JSON.parse(text)) ?? [];
  }
}
