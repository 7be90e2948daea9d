/** The closed list of API X-05; the HTTP status of each, and the body around it, is the business of `http/errors`. */
export type ApiErrorCode =
  | 'VALIDATION_ERROR'
  | 'UNAUTHORIZED'
  | 'INSUFFICIENT_CREDITS'
  | 'CAP_EXCEEDED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'IDEMPOTENCY_CONFLICT'
  | 'IDEMPOTENCY_IN_PROGRESS'
  | 'CONFLICT'
  | 'GONE'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'CONSENT_REQUIRED'
  | 'RATE_LIMITED'
  | 'INTERNAL_ERROR'
  | 'UNAVAILABLE';

/** One thing that is wrong with the input; `path` is the property or parameter as the client named it. */
export interface InputFault {
  readonly path: string;
  readonly message: string;
}

export interface ApiErrorOptions {
  readonly code: ApiErrorCode;
  /** Stable snake_case word, documented per endpoint. */
  readonly reason: string;
  /** A sentence for people; no personal data, nothing of our insides. */
  readonly message: string;
  /** Faults for VALIDATION_ERROR, figures for 402. */
  readonly details?: readonly InputFault[] | Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An answer other than success, as clients see it. Thrown by guards, pipes and use cases; rendered in one place. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly reason: string;
  readonly details?: ApiErrorOptions['details'];
  readonly headers: Readonly<Record<string, string>>;

  constructor(options: ApiErrorOptions) {
    super(options.message, { cause: options.cause });
    this.code = options.code;
    this.reason = options.reason;
    if (options.details !== undefined) this.details = options.details;
    this.headers = options.headers ?? {};
  }
}

/** 400 for one property; `reason` defaults to `invalid_<property>`. */
export const invalidInput = (path: string, message: string, reason = `invalid_${snakeCase(path)}`): ApiError =>
  new ApiError({ code: 'VALIDATION_ERROR', reason, message, details: [{ path, message }] });

export const snakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`).replace(/[^a-z0-9]+/g, '_');
