/** Codes a decision may refuse with; the HTTP status of each is the dialects' business (API X-05). */
export type RefusalCode =
  | 'VALIDATION_ERROR'
  | 'INSUFFICIENT_CREDITS'
  | 'CAP_EXCEEDED'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'GONE'
  | 'CONSENT_REQUIRED'
  | 'IDEMPOTENCY_CONFLICT'
  | 'UNAVAILABLE'
  | 'INTERNAL_ERROR';

/** An expected "no": logged as `CommandRefused` before anyone hears of it. `details` hold no personal data. */
export interface Refusal {
  readonly code: RefusalCode;
  /** Stable snake_case word, documented per endpoint. */
  readonly reason: string;
  readonly details?: Readonly<Record<string, unknown>>;
}
