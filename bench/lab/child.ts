import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';

const STOP_MS = 30_000;
const ANSWER_MS = 10_000;
const OUTPUT_KEPT = 20;
const STDIO: StdioOptions = ['ignore', 'pipe', 'pipe', 'ipc'];

export interface ChildOptions {
  readonly name: string;
  readonly script: string;
  readonly nodeFlags?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A Node process of the bench: the service or a peer. Its output is shown when it ends without being asked to. */
export class Child {
  /** Rejects when it ends without being asked to. */
  readonly failed: Promise<never>;
  private readonly output: string[] = [];
  private asked = false;

  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
  ) {
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on('data', (data: Buffer) => this.keep(data));
    this.failed = new Promise((_, reject) => {
      this.process.once('exit', (code, signal) => {
        if (!this.asked) reject(new Error(`${name} ended with ${signal ?? code}:\n${this.output.join('')}`));
      });
    });
    this.failed.catch(() => undefined); // Who waits for it sees it; nobody may be waiting yet.
  }

  static start({ name, script, nodeFlags = [], env }: ChildOptions): Child {
    const environment = { ...process.env, NODE_ENV: 'production', ...env };
    return new Child(name, spawn(process.execPath, [...nodeFlags, script], { env: environment, stdio: STDIO }));
  }

  get pid(): number {
    if (this.process.pid === undefined) throw new Error(`${this.name} did not start`);
    return this.process.pid;
  }

  /** The last of what it printed. */
  get lines(): string {
    return this.output.join('');
  }

  /** What it answers to a message; only of a script that answers, one question at a time. */
  async ask(question: boolean): Promise<unknown> {
    const answered = once(this.process, 'message', { signal: AbortSignal.timeout(ANSWER_MS) });
    this.process.send(question);
    const [answer] = (await Promise.race([answered, this.failed])) as [unknown];
    return answer;
  }

  /** Asks it to end; after 30 s it is killed. */
  async stop(): Promise<void> {
    this.asked = true;
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    const kill = setTimeout(() => this.process.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(kill);
  }

  private keep(data: Buffer): void {
    this.output.push(data.toString());
    if (this.output.length > OUTPUT_KEPT) this.output.shift();
  }
}
