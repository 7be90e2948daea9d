import { Ajv, type ValidateFunction } from 'ajv';
import { CATALOGUE } from '../events/catalogue.js';
import type { EventType } from '../events/event.js';
import { closed } from '../events/schema-parts.js';

/** The data of an event breaks the schema of its type: a bug of the writer, or a reader that is too old. */
export class EventInvalid extends Error {
  override readonly name = 'EventInvalid';
}

interface UncheckedEvent {
  readonly type: EventType;
  readonly data: unknown;
}

const ajv = new Ajv({ allErrors: false });
const writing = new Map<EventType, ValidateFunction>();
const reading = new Map<EventType, ValidateFunction>();

/** What we write: exactly the keys of the schema, so that nothing slips into the public log. @throws EventInvalid */
export const validateEvent = (event: UncheckedEvent): void =>
  check(
    event,
    compiled(writing, event.type, () => closed(CATALOGUE[event.type].schema)),
  );

/** What is read: further keys are allowed (EV-05). Costs about as much as parsing; `audit` uses it. @throws EventInvalid */
export const validateReadEvent = (event: UncheckedEvent): void =>
  check(
    event,
    compiled(reading, event.type, () => CATALOGUE[event.type].schema),
  );

/** Compiled at first use: 13 schemas cost 60 ms, which a process that only sends commands need not pay. */
const compiled = (
  validators: Map<EventType, ValidateFunction>,
  type: EventType,
  schema: () => object,
): ValidateFunction => {
  const known = validators.get(type);
  if (known !== undefined) return known;
  const validator = ajv.compile(schema());
  validators.set(type, validator);
  return validator;
};

const check = (event: UncheckedEvent, validator: ValidateFunction): void => {
  if (validator(event.data)) return;
  const [error] = validator.errors ?? [];
  throw new EventInvalid(`${event.type}${error?.instancePath ?? ''} ${error?.message ?? 'is invalid'}`);
};
