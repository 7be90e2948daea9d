import Encoder from 'kafkajs/src/protocol/encoder.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';

/** How soon requests are looked at that wait behind others, ms (kafkajs' own constant). */
const PENDING_CHECK_MS = 10;

/** What is wrong with kafkajs 2.2.4 and matters here. Idempotent; has to run before the first connection is made. */
export const patchKafkajs = (): void => {
  RequestQueue.prototype.scheduleCheckPendingRequests = scheduleWhenPending;
  Encoder.prototype.ensureAvailable = makeRoom;
  Encoder.prototype.writeEncoder = takeOver;
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

/** For what kafkajs puts before a request: its size, its head of 10 bytes, and the client's id. */
const HEADROOM_BYTES = 128;
/** Of a smaller request copying costs less than the space in front. */
const HEADROOM_FROM = 4 * 1024;

/**
 * kafkajs lets a request grow into the next power of two, filled with zeros: 8 MiB for a batch of 4.1 MiB. What is written
 * in one piece gets what it needs; small pieces still double. In front of large ones some space stays, for `takeOver`.
 */
function makeRoom(this: Encoder, bytes: number): void {
  const needed = this.offset + bytes;
  if (needed <= this.buf.length) return;
  const size = Math.max(needed, 2 * this.buf.length);
  const headroom = size < HEADROOM_FROM ? 0 : HEADROOM_BYTES;
  const larger = Buffer.allocUnsafe(headroom + size).subarray(headroom);
  this.buf.copy(larger, 0, 0, this.offset);
  this.buf = larger;
  this.headroom = headroom;
}

/**
 * kafkajs puts the head before a request by copying both into a third buffer, and the size before that into a fourth.
 * Where there is space in front of the request, the head is written there. `inner` must not be used again: it shares the
 * memory (kafkajs makes one for each request, and uses it once).
 */
function takeOver(this: Encoder, inner: Encoder): Encoder {
  const room = inner.headroom ?? 0;
  if (room === 0 || room < this.offset) {
    this.writeBufferInternal(inner.buffer);
    return this;
  }
  const { buffer, byteOffset, length } = inner.buf;
  const whole = Buffer.from(buffer, byteOffset - this.offset, this.offset + length);
  this.buf.copy(whole, 0, 0, this.offset);
  this.buf = whole;
  this.headroom = room - this.offset;
  this.offset += inner.offset;
  return this;
}
