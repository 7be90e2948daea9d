import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How soon requests are looked at that wait behind others, ms (kafkajs' own constant). */
const PENDING_CHECK_MS = 10;

/**
 * kafkajs 2.2.4 arms this timer for every connection with a negative delay, for ever: about 900 wake-ups per second,
 * 3-5 % of a core while idle, and a warning on Node 24 (tulios/kafkajs#1751). With nothing pending there is nothing
 * to schedule. Idempotent; has to run before the first connection is made.
 */
export const patchKafkajs = (): void => {
  RequestQueue.prototype.scheduleCheckPendingRequests = function scheduleWhenPending(): void {
    if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
    const waitMs = this.throttledUntil - Date.now();
    const check = (): void => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    };
    this.throttleCheckTimeoutId = setTimeout(check, waitMs > 0 ? waitMs : PENDING_CHECK_MS);
  };
};
