import { run } from './run.js';

const DOCKER_MS = 5_000;

/** Kafka or Postgres cannot be run from this package here. The message names what else can be done. */
export class EmbeddedUnavailable extends Error {
  override readonly name = 'EmbeddedUnavailable';
}

/** Builds the error for a reason (a sentence without its full stop); asks whether a Docker daemon answers (≤ 5 s). */
export const unavailable = async (reason: string): Promise<EmbeddedUnavailable> => {
  const docker = 'docker compose up';
  const others = [
    'install Java 17 or newer and Maven, then start again',
    'set KAFKA_BROKERS and DATABASE_URL to servers of your own',
  ];
  const hasDocker = await run('docker', ['info'], { timeoutMs: DOCKER_MS }).then(
    () => true,
    () => false,
  );
  const choices = hasDocker ? [`${docker} (a Docker daemon answers here)`, ...others] : [...others, docker];
  const list = choices.map((choice, index) => `  ${index + 1}. ${choice}`).join('\n');
  return new EmbeddedUnavailable(`The embedded Kafka and PostgreSQL cannot start: ${reason}. Choose one:\n${list}`);
};
