import { performance } from 'node:perf_hooks';

/** Tells which part of the time since its last call (at first: since now) the event loop was busy, 0..1. */
export const eventLoopUtilization = (): (() => number) => {
  let last = performance.eventLoopUtilization();
  return () => {
    const before = last;
    last = performance.eventLoopUtilization();
    return performance.eventLoopUtilization(last, before).utilization;
  };
};
