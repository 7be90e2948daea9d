import type { JsonSchema } from '../../events/schema-parts.js';

const NAMES = new WeakMap<object, string>();

/** A schema that stands under this name among the components of every document that uses it. */
export const named = (name: string, schema: JsonSchema): JsonSchema => {
  NAMES.set(schema, name);
  return schema;
};

/** Of a schema that refers to itself. */
export const reference = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** Collects the named schemas of one document and puts references in their places. */
export class SchemaComponents {
  private readonly found = new Map<string, unknown>();

  get schemas(): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...this.found].sort(([left], [right]) => (left < right ? -1 : 1)));
  }

  /** The value with a reference for everything in it that has a name. */
  place<T>(value: T): T {
    return this.placed(value) as T;
  }

  private placed(value: unknown): unknown {
    if (value === null || typeof value !== 'object') return value;
    const name = NAMES.get(value);
    if (name === undefined) return this.inside(value);
    if (!this.found.has(name)) {
      this.found.set(name, null); // It may refer to itself.
      this.found.set(name, this.inside(value));
    }
    return reference(name);
  }

  private inside(value: object): unknown {
    if (Array.isArray(value)) return value.map((item) => this.placed(item));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.placed(item)]));
  }
}
