/**
 * Loaded into the service (`--import`): the CPU time that the thread of its event loop used at most between two timers that
 * are 10 ms apart, collections on that thread included. Answers every message with it, in ms, and begins anew.
 */
const EVERY_MS = 10;

/** µs of CPU that this thread has used. */
const usedUs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

let beforeUs = usedUs();
let longestUs = 0;

const look = (): void => {
  const nowUs = usedUs();
  longestUs = Math.max(longestUs, nowUs - beforeUs);
  beforeUs = nowUs;
};

setInterval(look, EVERY_MS).unref();

process.on('message', () => {
  look();
  process.send?.(longestUs / 1000);
  longestUs = 0;
});
process.channel?.unref(); // The service ends when its own work does.
