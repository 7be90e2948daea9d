import { ValidationPipe } from '@nestjs/common';
import type { ValidationError } from 'class-validator';
import { ApiError, snakeCase, type InputFault } from '../../commands/api-error.js';
import { UNKNOWN_PROPERTY } from './input.decorator.js';
import type { RuleContext } from './rules.js';

/** More faults than this help nobody and make an answer as long as the question. */
const FAULTS_MAX = 20;

/** The one configured pipe: unknown properties are errors, nothing is converted that no DTO says. */
export const validationPipe = (): ValidationPipe =>
  new ValidationPipe({
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    transform: true,
    validateCustomDecorators: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => validationError(errors),
  });

interface Fault extends InputFault {
  readonly reason: string;
}

/** one entry per property; `reason` and `message` are those of the first. */
export const validationError = (errors: readonly ValidationError[]): ApiError => {
  const faults = errors.flatMap((error) => faultsOf(error, '')).slice(0, FAULTS_MAX);
  const [first] = faults;
  return new ApiError({
    code: 'VALIDATION_ERROR',
    reason: first?.reason ?? 'invalid_input',
    message: first?.message ?? 'The input is not valid',
    details: faults.map(({ path, message }) => ({ path, message })),
  });
};

const faultsOf = (error: ValidationError, parent: string): readonly Fault[] => {
  const path = parent === '' ? error.property : `${parent}.${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([constraint, message]): Fault => {
    if (constraint === 'whitelistValidation') return unknown(path);
    const named = error.contexts?.[constraint] as RuleContext | undefined;
    return { path, message, reason: named?.reason ?? `invalid_${snakeCase(path)}` };
  });
  return [...own, ...(error.children ?? []).flatMap((child) => faultsOf(child, path))];
};

const unknown = (path: string): Fault => ({
  path,
  message: `${path} is not a known property`,
  reason: UNKNOWN_PROPERTY,
});
