/** A JSON Schema (draft 7) as plain data. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Names that may be absent, by the type of the interface. */
type OptionalKey<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];

/**
 * An object with exactly the keys of `T`: the compiler refuses a schema that forgets one or has one too many.
 * Unknown keys stay allowed for readers (additive changes, EV-05); writers are checked with `closed`.
 */
export const object = <T>(
  properties: Readonly<Record<keyof T, JsonSchema>>,
  optional: readonly OptionalKey<T>[] = [],
): JsonSchema => ({
  type: 'object',
  required: Object.keys(properties).filter((key) => !optional.includes(key as OptionalKey<T>)),
  properties,
});

export const string: JsonSchema = { type: 'string', minLength: 1 };
export const instant: JsonSchema = { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$' };
export const integer: JsonSchema = {
  type: 'integer',
  minimum: -Number.MAX_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
};
export const count: JsonSchema = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
export const boolean: JsonSchema = { type: 'boolean' };
export const strings: JsonSchema = { type: 'array', items: string };

export const oneOf = <const V extends string>(...values: readonly V[]): JsonSchema => ({ enum: values });
export const listOf = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
export const nullable = (schema: JsonSchema): JsonSchema => ({ anyOf: [schema, { type: 'null' }] });

/** The same schema with every object closed: what our own writers may write. */
export const closed = (schema: JsonSchema): JsonSchema => {
  const entries = Object.entries(schema).map(([key, value]) => [key, closedValue(key, value)] as const);
  const copy = Object.fromEntries(entries);
  return 'properties' in schema ? { ...copy, additionalProperties: false } : copy;
};

const closedValue = (key: string, value: unknown): unknown => {
  if (key === 'properties') {
    return Object.fromEntries(
      Object.entries(value as JsonSchema).map(([name, part]) => [name, closed(part as JsonSchema)]),
    );
  }
  if (key === 'items') return closed(value as JsonSchema);
  return key === 'anyOf' ? (value as readonly JsonSchema[]).map(closed) : value;
};
