import type { WithRunStack } from './stack.global-setup.js';

/** Ends the run's Kafka and Postgres and deletes their data. */
export default async function tearDown(): Promise<void> {
  await (globalThis as WithRunStack).tributaryRunStack?.stop();
}
