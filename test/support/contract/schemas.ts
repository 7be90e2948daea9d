import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { isUuid } from '../../../src/domain/kernel/ids.js';
import type { Document } from './document.js';

/** As the service itself takes them: ids in any case. */
const FORMATS = {
  uuid: (text: string) => isUuid(text.toLowerCase()),
  'date-time': (text: string) => !Number.isNaN(Date.parse(text)),
};

const COMPONENTS = 'components';

/** Compiles the schemas of one document, each once. */
export class Schemas {
  private readonly compiled = new WeakMap<object, ValidateFunction>();
  private readonly ajv = new Ajv2020({
    allErrors: true,
    strictRequired: false,
    allowUnionTypes: true,
    formats: FORMATS,
  });

  /** @param close what is not documented is a fault; without it schemas hold as they stand in the document */
  constructor(
    document: Document,
    private readonly close: boolean,
  ) {
    this.ajv.addSchema({ $id: COMPONENTS, $defs: this.prepared(document.components.schemas) });
  }

  /** What is wrong; nothing when all is well. */
  faultsOf(schema: object, value: unknown): readonly string[] {
    const validate = this.compiled.get(schema) ?? this.compile(schema);
    this.compiled.set(schema, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    );
  }

  /** Of parameters and headers, which are text on their way: a number has digits only. */
  holdsText(schema: object, text: string): boolean {
    if (this.faultsOf(schema, text).length === 0) return true;
    return /^\d{1,9}$/.test(text) && this.faultsOf(schema, Number(text)).length === 0;
  }

  private compile(schema: object): ValidateFunction {
    return this.ajv.compile(this.prepared(schema));
  }

  private prepared(schema: object): object {
    const moved = JSON.parse(
      JSON.stringify(schema).replaceAll('#/components/schemas/', `${COMPONENTS}#/$defs/`),
    ) as object;
    return this.close ? (closedDeep(moved) as object) : moved;
  }
}

/** The schema with every object closed that does not say otherwise. */
const closedDeep = (value: unknown): unknown => {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(closedDeep);
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closedDeep(item)]));
  const isOpen = 'properties' in copy && copy['type'] === 'object' && !('additionalProperties' in copy);
  return isOpen ? { ...copy, additionalProperties: false } : copy;
};
