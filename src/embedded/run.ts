import { execFile } from 'node:child_process';

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  readonly timeoutMs?: number;
  /** Written to the program's standard input. */
  readonly input?: string;
}

/**
 * Runs a program to its end (limit: 60 s) and returns what it printed, standard output before standard error.
 * @throws Error with the command's name and that output.
 */
export const run = (command: string, args: readonly string[], options: RunOptions = {}): Promise<string> =>
  new Promise((resolve, reject) => {
    const { input = '', timeoutMs = 60_000, env = process.env, ...rest } = options;
    const child = execFile(command, args, { ...rest, env, timeout: timeoutMs }, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`;
      if (error) reject(new Error(`${command} failed: ${output.trim() || error.message}`, { cause: error }));
      else resolve(output);
    });
    child.stdin?.on('error', () => undefined); // It ended without reading; its exit code tells why.
    child.stdin?.end(input);
  });
