import type { JsonSchema } from '../../events/schema-parts.js';

/** What the documents say of common values; see also `events/schema-parts.ts`. */
export const uuid: JsonSchema = { type: 'string', format: 'uuid' };
/** */
export const time: JsonSchema = {
  type: 'string',
  format: 'date-time',
  pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
};
/** Credits, in the installation's unit. */
export const credits: JsonSchema = { type: 'integer', minimum: 0 };
export const signedCredits: JsonSchema = { type: 'integer' };
export const text: JsonSchema = { type: 'string' };
export const unit: JsonSchema = { enum: ['credit', 'decicredit'] };
export const hexHash: JsonSchema = { type: 'string', pattern: '^[0-9a-f]{64}$' };
/** X-12; null on the last page. */
export const nextCursor: JsonSchema = { anyOf: [{ type: 'string' }, { type: 'null' }] };

export const described = (schema: JsonSchema, description: string): JsonSchema => ({ ...schema, description });
