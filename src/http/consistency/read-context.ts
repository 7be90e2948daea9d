import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invalidInput, type ApiError } from '../../commands/api-error.js';
import type { Position } from '../../commands/ports.js';

/** What the head of a GET says about it. */
export interface ReadContext {
  readonly correlationId: string;
  /** the position that a mutation answered, sent back. */
  readonly sent: Position | null;
  /** `If-None-Match`. */
  readonly knownTags: string | null;
}

const HEADER = 'X-Tributary-Position';
const POSITION = /^(\d{1,5}):(\d{1,18})$/;

/** @throws ApiError when the header holds no position */
export const positionOf = (header: string | readonly string[] | undefined): Position | null => {
  if (header === undefined) return null;
  const match = typeof header === 'string' ? POSITION.exec(header) : null;
  if (match?.[1] === undefined || match[2] === undefined) {
    throw noPosition('must be <partition>:<offset>');
  }
  return { partition: Number(match[1]), offset: BigInt(match[2]) };
};

/** 400 for what can be no position that a mutation answered. */
export const noPosition = (fault: string): ApiError => invalidInput(HEADER, `${HEADER} ${fault}`, 'invalid_position');

interface ReadRequest {
  readonly id: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export const readingOf = (_: unknown, context: ExecutionContext): ReadContext => {
  const { id, headers } = context.switchToHttp().getRequest<ReadRequest>();
  const tags = headers['if-none-match'];
  return {
    correlationId: id,
    sent: positionOf(headers['x-tributary-position']),
    knownTags: typeof tags === 'string' ? tags : null,
  };
};
export const Reading = createParamDecorator(readingOf);
