import { Client } from 'undici';

export interface Outgoing {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Name, value, name, value …: rendered once, sent often. */
  readonly headers: readonly string[];
  readonly body?: string;
}

export interface Incoming {
  readonly status: number;
  /** Empty unless it was asked for. */
  readonly body: string;
}

const TIMEOUT_MS = 60_000;

/**
 * Keep-alive connections to one server, one request at a time on each: undici's lowest level, because every
 * microsecond of the generator is taken from the servers beside it.
 */
export class Connections {
  private readonly clients: readonly Client[];
  private readonly idle: Client[];
  private readonly waiting: ((client: Client) => void)[] = [];

  constructor(url: string, count: number) {
    const options = {
      pipelining: 1,
      keepAliveTimeout: TIMEOUT_MS,
      headersTimeout: TIMEOUT_MS,
      bodyTimeout: TIMEOUT_MS,
    };
    this.clients = Array.from({ length: count }, () => new Client(url, options));
    this.idle = [...this.clients];
  }

  /** Waits for a connection when none is free. @throws Error when the connection breaks */
  async send(request: Outgoing, wantsBody = false): Promise<Incoming> {
    const client = this.idle.pop() ?? (await new Promise<Client>((resolve) => this.waiting.push(resolve)));
    try {
      return await exchange(client, request, wantsBody);
    } finally {
      const next = this.waiting.shift();
      if (next === undefined) this.idle.push(client);
      else next(client);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.close()));
  }
}

const exchange = (client: Client, { method, path, headers, body }: Outgoing, wantsBody: boolean): Promise<Incoming> =>
  new Promise((resolve, reject) => {
    let status = 0;
    const chunks: Buffer[] = [];
    client.dispatch(
      { method, path, headers: headers as string[], ...(body !== undefined && { body }) },
      {
        onRequestStart: () => undefined,
        onResponseStart: (_, code) => void (status = code),
        onResponseData: (_, chunk) => void (wantsBody && chunks.push(chunk)),
        onResponseEnd: () => resolve({ status, body: wantsBody ? Buffer.concat(chunks).toString() : '' }),
        onResponseError: (_, error) => reject(error),
      },
    );
  });
