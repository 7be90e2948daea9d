/**
 * Loaded into the service (`--import`): the CPU time that the thread of its event loop used at most between two timers that
 * are 10 ms apart, collections on that thread included. Answers every message with it, in ms, and begins anew, or rests when
 * the message is false: a process that is measured at rest must not be woken.
 */
const EVERY_MS = 10;

/** µs of CPU that this thread has used. */
const usedUs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return user + system;
};

let beforeUs = usedUs();
let longestUs = 0;
let timer: NodeJS.Timeout | undefined;

const look = (): void => {
  const nowUs = usedUs();
  longestUs = Math.max(longestUs, nowUs - beforeUs);
  beforeUs = nowUs;
};

process.on('message', (goOn) => {
  look();
  process.send?.(longestUs / 1000);
  longestUs = 0;
  clearInterval(timer);
  if (goOn === true) timer = setInterval(look, EVERY_MS).unref();
});
process.channel?.unref(); // The service ends when its own work does.
