import { ApiError } from '../../commands/api-error.js';

export const noPerson = (): ApiError =>
  new ApiError({ code: 'NOT_FOUND', reason: 'unknown_person', message: 'Person not found' });
