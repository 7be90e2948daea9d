import { eventLoopUtilization } from '../../observability/event-loop-utilization.js';

/** With an idle process a background reader hardly rests … */
const REST_MIN_MS = 2;
/** … with a busy one so long that what it does per batch is shared by many records. */
const REST_MAX_MS = 60;
/** Up to this part of the event loop's time the process counts as idle. */
const IDLE_BELOW = 0.3;
/** Weight of the newest look: one long task does not make a busy process. */
const NEWEST = 0.3;

/**
 * How long a reader in the background rests between two fetches: the busier the event loop, the fewer and larger its
 * batches, and the more of the time is left for those who wait for an answer. It never stops reading.
 */
export class Pacing {
  private utilization = 0;

  /** `utilizationSince` tells which part of the time since its last call the event loop was busy, 0..1. */
  constructor(private readonly utilizationSince: () => number = eventLoopUtilization()) {}

  restMs(): number {
    this.utilization += NEWEST * (this.utilizationSince() - this.utilization);
    const busy = Math.max(0, this.utilization - IDLE_BELOW) / (1 - IDLE_BELOW);
    return REST_MIN_MS + busy * (REST_MAX_MS - REST_MIN_MS);
  }
}
