import { Spine1763683200000 } from './1763683200000-spine.js';
import { CreditHistory1763769600000 } from './1763769600000-credit-history.js';
import { PersonFilters1763856000000 } from './1763856000000-person-filters.js';
import { LedgerCheckpoints1763942400000 } from './1763942400000-ledger-checkpoints.js';
import { CreditNotes1764028800000 } from './1764028800000-credit-notes.js';
import { SpendingCaps1764201600000 } from './1764201600000-spending-caps.js';
import { PersonsByKey1764288000000 } from './1764288000000-persons-by-key.js';
import { RefundedEnrichments1764374400000 } from './1764374400000-refunded-enrichments.js';
import { CheaperWrites1764460800000 } from './1764460800000-cheaper-writes.js';
import { AttemptsBallast1764547200000 } from './1764547200000-attempts-ballast.js';

/** In order; a released migration is never edited. */
export const MIGRATIONS = [
  Spine1763683200000,
  CreditHistory1763769600000,
  PersonFilters1763856000000,
  LedgerCheckpoints1763942400000,
  CreditNotes1764028800000,
  SpendingCaps1764201600000,
  PersonsByKey1764288000000,
  RefundedEnrichments1764374400000,
  CheaperWrites1764460800000,
  AttemptsBallast1764547200000,
] as const;
