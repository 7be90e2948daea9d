import Encoder from 'kafkajs/src/protocol/encoder.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How soon requests are looked at that wait behind others, ms (kafkajs' own constant). */
const PENDING_CHECK_MS = 10;

/** What is wrong with kafkajs 2.2.4 and matters here. Idempotent; has to run before the first connection is made. */
export const patchKafkajs = (): void => {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleWhenPending;
  Encoder.prototype.ensureAvailable = makeRoom;
};

/**
 * kafkajs arms this timer for every connection with a negative delay, for ever: about 900 wake-ups per second, 3-5 % of
 * a core while idle, and a warning on Node 24 (tulios/kafkajs#1751). With nothing pending there is nothing to schedule.
 */
function scheduleWhenPending(this: RequestQueue): void {
  if (this.throttleCheckTimeoutId || this.pending.length === 0) return;
  const waitMs = this.throttledUntil - Date.now();
  const check = (): void => {
    this.throttleCheckTimeoutId = null;
    this.checkPendingRequests();
  };
  this.throttleCheckTimeoutId = setTimeout(check, waitMs > 0 ? waitMs : PENDING_CHECK_MS);
}

/**
 * kafkajs copies a request twice on its way to the socket, each time into the next power of two, filled with zeros:
 * 16 MB for a batch of 4.1 MB. What is written in one piece gets what it needs; small pieces still double.
 */
function makeRoom(this: Encoder, bytes: number): void {
  const needed = this.offset + bytes;
  if (needed <= this.buf.length) return;
  const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buf.length));
  this.buf.copy(larger, 0, 0, this.offset);
  this.buf = larger;
}
