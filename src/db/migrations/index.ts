import { Spine1763683200000 } from './1763683200000-spine.js';

/** In order; a released migration is never edited. */
export const MIGRATIONS = [Spine1763683200000] as const;
