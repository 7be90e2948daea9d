import { SetMetadata } from '@nestjs/common';
import type { ApiErrorCode } from '../../commands/api-error.js';
import type { JsonSchema } from '../../events/schema-parts.js';
import type { HeaderName } from './headers.js';

/** An answer that is no error. */
export interface AnswerDoc {
  readonly description: string;
  /** Absent: no body. */
  readonly schema?: JsonSchema;
  /** `application/json` when absent. */
  readonly mediaType?: string;
  /** The same answer in other types, where the client asks for them. */
  readonly alternatives?: Readonly<Record<string, JsonSchema>>;
  /** Besides those that every answer of its kind has. */
  readonly headers?: readonly HeaderName[];
  readonly example?: unknown;
}

/** What the code of a route does not say by itself. Inputs, scope, rates and what follows of them is read from it. */
export interface OperationDoc {
  /** Unique over all documents; clients are generated with it. */
  readonly id: string;
  readonly summary: string;
  /** Markdown. */
  readonly description?: string;
  /** The body, or the query of a GET, as a client sends it. */
  readonly example?: unknown;
  /** By status. */
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  /** reasons of its own by code, beside those of inputs, credentials, rates and overload. */
  readonly errors?: Readonly<Partial<Record<ApiErrorCode, readonly string[]>>>;
  /** Where an error tells more than the usual: the `details` of this code. */
  readonly details?: Readonly<Partial<Record<ApiErrorCode, JsonSchema>>>;
  readonly errorHeaders?: Readonly<Partial<Record<ApiErrorCode, readonly HeaderName[]>>>;
  /** What of a body its DTO cannot say, as keywords beside its properties. */
  readonly bodyRules?: JsonSchema;
  /** Bodies that no DTO describes, by media type. */
  readonly bodies?: Readonly<Record<string, JsonSchema>>;
  readonly bodyExamples?: Readonly<Record<string, unknown>>;
}

export const DOC_KEY = 'tributary:operation';

/** Every route has one: the contract tests hold every answer against it. */
export const Documented = (doc: OperationDoc) => SetMetadata(DOC_KEY, doc);
