import 'reflect-metadata';
import type { JsonSchema } from '../../events/schema-parts.js';

/** What a rule says of a property to those who read the OpenAPI document: the same as it checks. */
interface Description {
  readonly schema: JsonSchema;
  /** Reasons of its own, beside `invalid_<property>`. */
  readonly reasons: readonly string[];
  readonly optional: boolean;
}
type Descriptions = Readonly<Record<string, Description>>;

const KEY = 'tributary:described';
const NOTHING: Description = { schema: {}, reasons: [], optional: false };

const add = (target: object, property: string | symbol, more: Partial<Description>): void => {
  const known = descriptionsOf(target);
  const own = known[String(property)] ?? NOTHING;
  const merged = {
    schema: { ...own.schema, ...more.schema },
    reasons: [...own.reasons, ...(more.reasons ?? [])],
    optional: own.optional || more.optional === true,
  };
  Reflect.defineMetadata(KEY, { ...known, [property]: merged }, target);
};

const descriptionsOf = (target: object): Descriptions =>
  (Reflect.getMetadata(KEY, target) as Descriptions | undefined) ?? {};

/** Stands in every rule of `rules.ts`, and on properties whose rules are checked by hand. */
export const Described =
  (schema: JsonSchema, ...reasons: readonly string[]): PropertyDecorator =>
  (target, property) =>
    add(target, property, { schema, reasons });

export const DescribedOptional = (): PropertyDecorator => (target, property) =>
  add(target, property, { optional: true });

export type DtoType = new () => object;

/** One property or parameter of a DTO. */
export interface InputProperty {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly reasons: readonly string[];
}

/** what is not named here is refused. */
export const objectSchema = (properties: readonly InputProperty[]): JsonSchema => {
  const required = properties.filter((one) => one.required).map(({ name }) => name);
  return {
    type: 'object',
    properties: Object.fromEntries(properties.map(({ name, schema }) => [name, schema])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
};

/** In the order of the class; nothing for a type that is no DTO. */
export const inputProperties = (dto: DtoType): readonly InputProperty[] => {
  const descriptions = Object.entries(descriptionsOf(dto.prototype as object));
  const defaults = descriptions.length === 0 ? {} : (new dto() as Readonly<Record<string, unknown>>);
  return descriptions.map(([name, { schema, reasons, optional }]) => {
    const preset = defaults[name];
    return {
      name,
      schema: preset === undefined ? schema : { ...schema, default: preset },
      required: !optional && preset === undefined,
      reasons,
    };
  });
};
