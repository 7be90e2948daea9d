import type { Readable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
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

/** Calls with the key that the fake guard knows. */
export const callerOf =
  (app: NestFastifyApplication): Call =>
  async (method, url, { headers = {}, body, stream } = {}) => {
    const raw = typeof body === 'string' || Buffer.isBuffer(body);
    const response = await app.inject({
      method: method as 'GET',
      url,
      headers: { 'x-api-key': KEY, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(stream !== undefined && { payload: stream }),
      ...(body !== undefined && { payload: raw ? (body as string) : JSON.stringify(body) }),
    });
    return {
      status: response.statusCode,
      headers: response.headers as Record<string, string>,
      text: response.payload,
      body: /\/json/.test(String(response.headers['content-type'])) && response.payload !== '' ? response.json() : null,
    };
  };
