import { ArrayMaxSize, IsArray } from 'class-validator';
import { invalidInput } from '../../commands/api-error.js';
import { isUuid, type PersonId } from '../../domain/kernel/ids.js';
import type { JsonSchema } from '../../events/schema-parts.js';
import { Described } from '../input/described.js';
import { unknownProperty } from '../input/input.decorator.js';
import type { RuleContext } from '../input/rules.js';
import { OPERATIONS_FIELDS, type OperationsField } from './enrichment.dto.js';

/** OP-20. */
export const TASKS_MAX = 200;
const TOO_MANY_TASKS: RuleContext = { reason: 'too_many_tasks' };

/** As `taskOf` checks it. */
const TASK: JsonSchema = {
  type: 'object',
  required: ['entityId', 'field'],
  properties: {
    entityId: { type: 'string', format: 'uuid' },
    field: { enum: OPERATIONS_FIELDS },
    entityType: { const: 'person' },
  },
  additionalProperties: false,
};

export class EnrichmentQueryDto {
  @Described({ type: 'array', maxItems: TASKS_MAX, items: TASK }, TOO_MANY_TASKS.reason)
  // The lowest rule is checked first.
  @ArrayMaxSize(TASKS_MAX, { message: `tasks must have at most ${TASKS_MAX} entries`, context: TOO_MANY_TASKS })
  @IsArray({ message: 'tasks must be an array' })
  readonly tasks!: readonly unknown[];
}

export interface QueryTask {
  readonly personId: PersonId;
  readonly field: OperationsField;
}

/** 200 nested DTOs would cost more than the query itself. @throws ApiError naming the first fault by its path */
export const tasksOf = ({ tasks }: EnrichmentQueryDto): readonly QueryTask[] => tasks.map(taskOf);

const KNOWN: ReadonlySet<string> = new Set(['entityId', 'field', 'entityType']);

const taskOf = (task: unknown, index: number): QueryTask => {
  const path = `tasks.${index}`;
  if (task === null || typeof task !== 'object' || Array.isArray(task)) {
    throw invalidInput(path, `${path} must be an object`, 'invalid_task');
  }
  const unknown = Object.keys(task).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) throw unknownProperty(`${path}.${unknown}`);
  const { entityId, field, entityType } = task as Readonly<Record<string, unknown>>;
  const personId = typeof entityId === 'string' ? entityId.toLowerCase() : '';
  if (!isUuid(personId)) throw fault(`${path}.entityId`, 'must be a UUID', 'invalid_entity_id');
  if (!isField(field)) {
    throw fault(`${path}.field`, `must be one of: ${OPERATIONS_FIELDS.join(', ')}`, 'invalid_field');
  }
  if (entityType !== undefined && entityType !== 'person') {
    throw fault(`${path}.entityType`, 'must be person', 'invalid_entity_type');
  }
  return { personId: personId as PersonId, field };
};

const isField = (value: unknown): value is OperationsField => OPERATIONS_FIELDS.some((field) => field === value);

const fault = (path: string, rule: string, reason: string) => invalidInput(path, `${path} ${rule}`, reason);
