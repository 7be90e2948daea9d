/**
 * Loaded into the service (`--import`): how long the thread of its event loop worked at most between two timers that are
 * 10 ms apart, collections on that thread included. Time in which others had its core is not in it. Answers every
 * message with it, in ms, and begins anew.
 */
const EVERY_MS = 10;

/** µs of CPU that this thread has used. */
const usedUs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

let beforeUs = usedUs();
let longestUs = 0;

setInterval(() => {
  const nowUs = usedUs();
  longestUs = Math.max(longestUs, nowUs - beforeUs);
  beforeUs = nowUs;
}, EVERY_MS).unref();

process.on('message', () => {
  process.send?.(longestUs / 1000);
  longestUs = 0;
});
process.channel?.unref(); // The service ends when its own work does.
