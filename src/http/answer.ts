import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Position } from '../commands/ports.js';

/** what this request reserved and charged, and what is available after it. */
export interface CreditFigures {
  readonly reserved: number;
  readonly charged: number;
  readonly available: number;
}

export interface AnswerOptions {
  readonly status?: number;
  readonly position?: Position | null;
  readonly credits?: CreditFigures;
  readonly retryAfterS?: number;
  readonly etag?: string;
  /** the answer of an earlier request with the same key. */
  readonly replayed?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a controller returns: a body and what belongs into the head of the answer. */
export class Answer {
  constructor(
    readonly body: unknown,
    readonly options: AnswerOptions = {},
  ) {}
}

/** 304: the body is left out, the head is that of the full answer. */
export const NOT_MODIFIED = 304;

const noBody = (): string => null as unknown as string;

/** The one place where controllers' answers become headers (a Fastify `preSerialization` hook). */
export const unwrapAnswer = (
  _request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload?: unknown) => void,
): void => {
  if (!(payload instanceof Answer)) return done(null, payload);
  const { status = 200 } = payload.options;
  reply.code(status).headers(headersOf(payload.options));
  if (status === NOT_MODIFIED) reply.removeHeader('content-type').serializer(noBody);
  done(null, payload.body);
};

const headersOf = ({
  position,
  credits,
  retryAfterS,
  etag,
  replayed,
  headers,
}: AnswerOptions): Record<string, string> => ({
  ...headers,
  ...(position && { 'x-tributary-position': `${position.partition}:${position.offset}` }),
  ...(credits && creditHeaders(credits)),
  ...(replayed === true && REPLAYED),
  ...(retryAfterS !== undefined && { 'retry-after': String(retryAfterS) }),
  // With a tag the client may keep the answer, but has to ask whether it still holds.
  ...(etag !== undefined && { etag, 'cache-control': 'private, no-cache' }),
});

export const REPLAYED = { 'idempotency-replayed': 'true' } as const;

export const creditHeaders = ({ reserved, charged, available }: CreditFigures): Record<string, string> => ({
  'x-credits-reserved': String(reserved),
  'x-credits-charged': String(charged),
  'x-credits-available': String(available),
});
