import { LRUCache } from 'lru-cache';
import type { Clock } from '../domain/kernel/clock.js';
import type { OrgId } from '../domain/kernel/ids.js';
import type { Position } from './ports.js';

/** Longer than any read model should be behind (API X-11). */
const REMEMBERED_MS = 60_000;
const ORGS_MAX = 50_000;

/** Where the log stood when an org was last answered by this process: its reads must not be older. */
export class AnsweredPositions {
  private readonly positions: LRUCache<OrgId, Position>;

  constructor(clock: Clock) {
    this.positions = new LRUCache({
      max: ORGS_MAX,
      ttl: REMEMBERED_MS,
      // Every look asks the clock that was handed in, instead of a timer of the machine.
      ttlResolution: 0,
      perf: { now: () => clock.now() },
    });
  }

  /** Answers may overtake each other: the latest position stays. All of an org lie in one partition. */
  remember(orgId: OrgId, position: Position): void {
    const known = this.positions.get(orgId);
    if (known === undefined || known.offset < position.offset) this.positions.set(orgId, position);
  }

  of(orgId: OrgId): Position | null {
    return this.positions.get(orgId) ?? null;
  }
}
export const ANSWERED_POSITIONS = Symbol('ANSWERED_POSITIONS');
