import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Environment } from './environment.js';

export interface ToolRun {
  readonly code: number | null;
  /** Standard output, then standard error. */
  readonly output: string;
}

const TOOL_MS = 120_000;

/** `npx tributary <args>` against the run's stack. */
export class Tool {
  constructor(
    private readonly dist: string,
    private readonly environment: Environment,
  ) {}

  async run(...args: readonly string[]): Promise<ToolRun> {
    const child = spawn(process.execPath, [join(this.dist, 'cli', 'main.js'), ...args], {
      env: this.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: TOOL_MS,
    });
    const [out, error, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: code as number | null, output: `${out}${error}` };
  }
}
