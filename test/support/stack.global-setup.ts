import { registerHooks } from 'node:module';
import type { RunStack } from './stack.run.js';

/** Jest loads set-up and teardown apart from each other: what they share is on `globalThis`. */
export type WithRunStack = typeof globalThis & { tributaryRunStack?: RunStack };

/** Starts the run's Kafka and Postgres and tells the specs, which inherit the environment, where they are. */
export default async function setUp(): Promise<void> {
  // Jest maps `./x.js` to `./x.ts` in specs, but not in what its global files load.
  const hooks = registerHooks({
    resolve: (specifier, context, next) => next(specifier.replace(/^(\.{1,2}\/.*)\.js$/, '$1'), context),
  });
  const { startRunStack } = await import('./stack.run.js');
  const stack = await startRunStack();
  hooks.deregister();
  (globalThis as WithRunStack).tributaryRunStack = stack;
  Object.assign(process.env, { TEST_KAFKA_BROKERS: stack.kafkaBrokers, TEST_DATABASE_URL: stack.databaseUrl });
}
