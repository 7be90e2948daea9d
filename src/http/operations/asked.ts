import type { Principal } from '../../auth/principal.js';
import type { EnrichmentsAsked } from '../../commands/requested-data.js';
import type { EnrichmentOptionsDto } from './enrichment.dto.js';

type Options = Pick<EnrichmentOptionsDto, 'field' | 'maxCredits' | 'waterfallId'> & { readonly force?: boolean };

/** What this caller asks for in this dialect, whomever it is for. */
export const askedBy = (
  { orgId, createdBy, keyCaps }: Principal,
  { field, maxCredits, waterfallId, force }: Options,
): Omit<EnrichmentsAsked, 'personIds'> => ({
  orgId,
  createdBy,
  keyCaps,
  field,
  maxCredits,
  waterfallId,
  force,
  dialect: 'operations',
});
