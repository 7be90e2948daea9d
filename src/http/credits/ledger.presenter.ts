import { hashedOf } from '../../domain/credits/chain.js';
import type { EntryView } from '../../projections/credits/credit-entries.query.js';
import type { Unit } from '../ports.js';

/** CR-10: what is hashed, and the hash. Nothing else: whatever a client sees here, it can check. */
export const presentEntry = (entry: EntryView, unit: Unit) => ({ ...hashedOf({ ...entry, unit }), hash: entry.hash });
