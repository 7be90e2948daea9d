/** Where the run's Kafka and Postgres are. */
export interface TestStack {
  readonly kafkaBrokers: string;
  readonly databaseUrl: string;
}

/**
 * The stack that every integration spec of this run shares: use a topic prefix and a schema of your own.
 * @throws Error outside of the `integration` project, which starts it (stack.global-setup.ts).
 */
export const testStack = (): TestStack => {
  const { TEST_KAFKA_BROKERS: kafkaBrokers, TEST_DATABASE_URL: databaseUrl } = process.env;
  if (kafkaBrokers && databaseUrl) return { kafkaBrokers, databaseUrl };
  throw new Error('no test stack: name the file *.int.spec.ts and run it with --selectProjects integration');
};
