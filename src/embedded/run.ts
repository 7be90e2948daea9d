import { execFile } from 'node:child_process';
import { createInterface } from 'node:readline';

const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/** How to run a program. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  /** Default 60,000. The program is ended with SIGTERM then. */
  readonly timeoutMs?: number;
  /** Written to its standard input. */
  readonly input?: string;
  /** Called for each line of its standard output as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs a program to its end and returns what it printed, standard output before standard error (≤ 16 MiB).
 * @throws Error with the command's name and the end of that output.
 */
export const run = (command: string, args: readonly string[], options: RunOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const { input = '', timeoutMs = 60_000, onLine, env = process.env, ...user } = options;
    const limits = { timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX };
    const child = execFile(command, args, { ...user, ...limits, env }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`;
      if (error) reject(new Error(`${command} failed: ${lastLines(output) || error.message}`, { cause: error }));
      else resolve(output);
    });
    if (onLine && child.stdout) createInterface({ input: child.stdout }).on('line', onLine);
    child.stdin?.on('error', () => undefined); // It ended without reading; its exit code tells why.
    child.stdin?.end(input);
  });

/** The end of a log, for an error message. */
export const lastLines = (text: string, lines = 15): string => text.trimEnd().split('\n').slice(-lines).join('\n');
