import type { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Contract } from '../support/contract/contract.js';
import type { Document } from '../support/contract/document.js';
import { KEY } from './app.js';

export interface CallOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a string or buffer is sent as it is, with content-type application/json. */
  readonly body?: unknown;
  /** Sent piece by piece, instead of `body`. */
  readonly stream?: Readable;
}

export interface Called {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed when it is JSON. */
  readonly body: any;
  readonly text: string;
}

export type Call = (method: string, url: string, options?: CallOptions) => Promise<Called>;

const contracts = new WeakMap<NestFastifyApplication, Promise<Contract>>();

/** What the app says of itself. */
const contractOf = (app: NestFastifyApplication): Promise<Contract> => {
  const known = contracts.get(app) ?? readContract(app);
  contracts.set(app, known);
  return known;
};

const readContract = async (app: NestFastifyApplication): Promise<Contract> => {
  const names = ['operations', 'native'];
  const documents = names.map((name) => app.inject({ method: 'GET', url: `/openapi/${name}.json` }));
  return new Contract((await Promise.all(documents)).map((response) => response.json<Document>()));
};

/** Calls with the key that the guard knows; every answer is held against the OpenAPI documents. */
export const callerOf =
  (app: NestFastifyApplication): Call =>
  async (method, url, { headers = {}, body, stream } = {}) => {
    const contract = await contractOf(app);
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    const sent = body === undefined || raw ? (body as string | Buffer | undefined) : JSON.stringify(body);
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: { 'x-api-key': KEY, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(stream !== undefined && { payload: stream }),
      ...(sent !== undefined && { payload: sent }),
    });
    contract.check({
      method,
      url,
      sent: stream === undefined ? sent : 'streamed',
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      text: response.payload,
    });
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      text: response.payload,
      body: /\/json/.test(String(response.headers['content-type'])) && response.payload !== '' ? response.json() : null,
    };
  };
