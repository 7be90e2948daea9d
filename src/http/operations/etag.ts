import type { EnrichmentView } from '../../domain/enrichments/enrichment-view.js';
import { epochMsOf } from '../../domain/kernel/instant.js';

/** Strong tag of an ended enrichment: its last change says all. */
export const etagOf = ({ id, updatedAt }: EnrichmentView): string => `"${id}-${epochMsOf(updatedAt).toString(36)}"`;

/** RFC 9110 §13.1.2: a list of tags, compared weakly, or `*`. */
export const matchesTag = (header: string, etag: string): boolean =>
  header.split(',').some((known) => known.trim() === '*' || known.trim().replace(/^W\//, '') === etag);
