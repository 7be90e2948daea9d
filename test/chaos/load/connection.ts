import { Agent, request } from 'undici';
import type { Answer, Question, SeenBalance, SeenEnrichment } from './history.js';

/** One process as clients see it. */
export interface Target {
  readonly name: string;
  readonly url: string;
}

export interface Inquiry {
  readonly question: Question;
  readonly client: string;
  readonly orgId: string;
  readonly about: string;
  readonly requestId: string;
  readonly apiKey: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly after: Answer['after'];
}

const CONNECTIONS_PER_PROCESS = 64;

/** Asks once; a broken socket and a late answer are an answer of status null. */
export class Connection {
  private readonly agent: Agent;

  constructor(private readonly answerMs: number) {
    this.agent = new Agent({ connections: CONNECTIONS_PER_PROCESS, connect: { timeout: answerMs } });
  }

  async ask(target: Target, inquiry: Inquiry): Promise<Answer> {
    const askedMs = performance.now();
    const told = await this.exchange(target, inquiry).catch(() => UNANSWERED);
    const { question, client, orgId, about, requestId, after } = inquiry;
    const asked = { question, client, process: target.name, orgId, about, requestId, after, askedMs };
    return { ...asked, answeredMs: performance.now(), ...told };
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async exchange(target: Target, inquiry: Inquiry): Promise<Told> {
    const { method, path, body, apiKey, requestId, after } = inquiry;
    const { statusCode, headers, ...answer } = await request(`${target.url}${path}`, {
      method,
      dispatcher: this.agent,
      signal: AbortSignal.timeout(this.answerMs),
      headers: {
        authorization: `Bearer ${apiKey}`,
        'x-request-id': requestId,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(after !== null && { 'x-tributary-position': after.position }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return toldBy(inquiry, { status: statusCode, headers, json: (await answer.body.json()) as Json });
  }
}

type Told = Omit<Answer, keyof Inquiry | 'askedMs' | 'answeredMs' | 'process'>;
type Json = Readonly<Record<string, unknown>>;

const UNANSWERED: Told = {
  status: null,
  code: null,
  reason: null,
  position: null,
  reserved: null,
  available: null,
  enrichment: null,
  personId: null,
  balance: null,
};

interface Received {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly json: Json;
}

const toldBy = ({ question }: Inquiry, { status, headers, json }: Received): Told => {
  const head = {
    status,
    position: typeof headers['x-tributary-position'] === 'string' ? headers['x-tributary-position'] : null,
    reserved: numberIn(headers['x-credits-reserved']),
    available: numberIn(headers['x-credits-available']),
  };
  if (status >= 400) return { ...UNANSWERED, ...head, ...errorIn(json) };
  if (question === 'record person') return { ...UNANSWERED, ...head, personId: String(json['id']) };
  if (question === 'balance') return { ...UNANSWERED, ...head, balance: json as unknown as SeenBalance };
  return { ...UNANSWERED, ...head, enrichment: enrichmentIn(json) };
};

const numberIn = (header: string | string[] | undefined): number | null =>
  header === undefined ? null : Number(header);

const errorIn = (json: Json): Pick<Told, 'code' | 'reason'> => {
  const { code, reason } = (json['error'] ?? {}) as Json;
  return { code: String(code), reason: String(reason) };
};

const enrichmentIn = (json: Json): SeenEnrichment => {
  const receipt = json['receipt'] as { readonly captured: number; readonly released: number } | null;
  return {
    id: json['id'] as string,
    personId: json['entityId'] as string,
    field: json['field'] as string,
    status: json['status'] as string,
    dataFound: json['dataFound'] as boolean | null,
    transactionId: json['creditTransactionId'] as string | null,
    reservationId: json['creditReservationId'] as string | null,
    captured: receipt?.captured ?? null,
    released: receipt?.released ?? null,
  };
};
