import { ApiError } from '../../commands/api-error.js';

/** The person has no enrichment of the field, or is unknown here: the same answer, so that ids tell nothing. */
export const noEnrichment = (): ApiError =>
  new ApiError({ code: 'NOT_FOUND', reason: 'unknown_enrichment', message: 'Enrichment not found' });
