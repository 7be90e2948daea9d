import { join } from 'node:path';
import { run } from './run.js';
import { unavailable } from './unavailable.js';

const JAVA_MIN = 17;

/** A Java that runs Kafka: its command, and its full version (`17.0.15`). */
export interface Java {
  readonly command: string;
  readonly version: string;
}

/**
 * The Java under JAVA_HOME, else the one on PATH.
 * @throws EmbeddedUnavailable if there is none, or it is older than 17.
 */
export const findJava = async (): Promise<Java> => {
  if (process.platform === 'win32') throw await unavailable('they need Linux or macOS (on Windows: use WSL)');
  const home = process.env['JAVA_HOME'];
  const command = home ? join(home, 'bin', 'java') : 'java';
  const output = await run(command, ['-version']).catch(() => undefined);
  if (output === undefined) throw await unavailable('Java 17 or newer was not found');
  const version = /version "([^"]+)"/.exec(output)?.[1] ?? 'unknown';
  if (Number.parseInt(version, 10) >= JAVA_MIN) return { command, version };
  throw await unavailable(`Java ${version} is too old, Kafka needs 17`);
};
