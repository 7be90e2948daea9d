import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from 'undici';
import { claimFolder, type Claim } from '../../../src/embedded/claim.js';
import { freePort } from '../../../src/embedded/ports.js';
import { identify } from '../../../src/embedded/process-ref.js';
import { eventually } from '../waiting.js';
import type { Environment } from './environment.js';

export interface ServiceOptions {
  readonly name: string;
  /** Of the run; logs go to `<folder>/logs`. */
  readonly folder: string;
  /** Compiled code. */
  readonly dist: string;
  readonly environment: Environment;
  readonly onOwnExit: (exit: OwnExit) => void;
}

/** How a process ended that nobody had killed or stopped. */
export interface OwnExit {
  readonly name: string;
  readonly code: number | null;
  readonly signal: string | null;
  readonly lastWords: string;
}

const RESTART_AFTER_MS = 300;
/** Longer than the service gives itself (src/main.ts). */
const STOP_MS = 40_000;
const PROBE_MS = 1_000;

/** One service process with all roles, on a port of its own. What ends is started again, as a supervisor would. */
export class ServiceProcess {
  readonly ownExits: OwnExit[] = [];
  private child: ChildProcess | null = null;
  private ended: Promise<OwnExit> = Promise.resolve({ name: '', code: null, signal: null, lastWords: '' });
  private isFrozen = false;
  private isSupervised = true;
  private isDestroyed = false;
  private restarting: NodeJS.Timeout | undefined;

  private constructor(
    private readonly options: ServiceOptions,
    private readonly port: number,
    private readonly claim: Claim,
  ) {}

  /** The claim lets a later run end the process when this one was killed itself. */
  static async create(options: ServiceOptions): Promise<ServiceProcess> {
    const claim = await claimFolder(join(options.folder, options.name));
    return new ServiceProcess(options, await freePort(), claim);
  }

  get name(): string {
    return this.options.name;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get mayBeHurt(): boolean {
    return this.child !== null && !this.isFrozen;
  }

  get output(): string {
    return readFileSync(this.logFile, 'utf8');
  }

  /** The last line that neither is a log record nor belongs to a stack: what it ended of, when it ended by itself. */
  get lastWords(): string {
    return this.output.split('\n').findLast((line) => /^\w+: /.test(line)) ?? '';
  }

  start(options: { readonly supervised: boolean } = { supervised: true }): void {
    const { name, dist, environment } = this.options;
    this.isSupervised = options.supervised;
    const log = openSync(this.logFile, 'a');
    const child = spawn(process.execPath, [join(dist, 'src', 'main.js')], {
      env: { ...environment, PORT: String(this.port) },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) =>
        resolve(this.onExit(child, { name, code, signal, lastWords: this.lastWords })),
      );
    });
    const ref = child.pid === undefined ? undefined : identify(child.pid);
    if (ref !== undefined) this.claim.runs(ref, 'SIGKILL');
  }

  /** kill -9; it comes back. */
  kill(): void {
    const { child } = this;
    if (child === null) return;
    this.child = null;
    child.kill('SIGKILL');
    this.restartSoon();
  }

  freeze(): void {
    this.isFrozen = this.child?.kill('SIGSTOP') ?? false;
  }

  thaw(): void {
    this.child?.kill('SIGCONT');
    this.isFrozen = false;
  }

  /** As a supervisor stops it; SIGKILL when it takes longer than 40 s. */
  async stop(): Promise<OwnExit> {
    clearTimeout(this.restarting);
    this.thaw();
    const child = this.child;
    this.child = null;
    child?.kill('SIGTERM');
    const late = setTimeout(() => child?.kill('SIGKILL'), STOP_MS);
    return this.ended.finally(() => clearTimeout(late));
  }

  /** At once and for good; for the end of the run, however it comes. */
  destroy(): void {
    this.isDestroyed = true;
    clearTimeout(this.restarting);
    this.child?.kill('SIGKILL');
    this.child = null;
  }

  /** The exit of a process that is expected to give up by itself; null when it still runs after `limitMs`. */
  async exit(limitMs: number): Promise<OwnExit | null> {
    const stillRuns = new Promise<null>((resolve) => setTimeout(resolve, limitMs, null).unref());
    return Promise.race([this.ended, stillRuns]);
  }

  isReady(): Promise<boolean> {
    const probe = request(`${this.url}/health/ready`, { signal: AbortSignal.timeout(PROBE_MS) });
    return probe.then(
      async ({ statusCode, body }) => {
        await body.dump();
        return statusCode === 200;
      },
      () => false,
    );
  }

  async becomesReady(limitMs: number): Promise<boolean> {
    return (await eventually(async () => this.isDestroyed || (await this.isReady()), limitMs)) && !this.isDestroyed;
  }

  private onExit(child: ChildProcess, exit: OwnExit): OwnExit {
    if (this.child !== child) return exit; // Killed or stopped by us.
    this.child = null;
    this.ownExits.push(exit);
    this.options.onOwnExit(exit);
    if (this.isSupervised) this.restartSoon();
    return exit;
  }

  private restartSoon(): void {
    this.restarting = setTimeout(() => this.start(), RESTART_AFTER_MS);
  }

  private get logFile(): string {
    return join(this.options.folder, 'logs', `${this.name}.log`);
  }
}
