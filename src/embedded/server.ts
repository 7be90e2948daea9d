import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, renameSync } from 'node:fs';
import type { Claim } from './claim.js';
import { until } from './poll.js';
import { lastLines } from './run.js';
import { end, identify, send, type ProcessRef } from './process-ref.js';

const START_MS = 90_000;

/** How a process ended: exit code or signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A running server that belongs to this process. */
export interface EmbeddedServer {
  readonly port: number;
  readonly pid: number;
  /** Ends it gracefully, after 10 s with SIGKILL. Harmless when it has ended already. */
  stop(): Promise<void>;
  /** SIGKILL, for chaos tests; resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves if it ends without being asked to. */
  readonly exited: Promise<Exit>;
}

/** What to run, and how to tell that it is ready. */
export interface ServerSpec {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly port: number;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly uid?: number;
  readonly gid?: number;
  readonly logFile: string;
  /** Found in the log once it serves. */
  readonly ready: RegExp;
  readonly stopSignal: NodeJS.Signals;
  readonly claim: Claim;
  readonly onExit?: (exit: Exit) => void;
}

/** The server did not get ready: it ended (`exit`), or took more than 90 s and was ended. */
export class StartFailed extends Error {
  override readonly name = 'StartFailed';
  constructor(
    spec: ServerSpec,
    readonly exit: Exit | undefined,
    readonly log: string,
  ) {
    const how = exit ? `ended with ${exit.signal ?? `code ${exit.code}`}` : `was not ready after ${START_MS / 1000} s`;
    super(`${spec.name} ${how}. The end of ${spec.logFile}:\n${lastLines(log)}`);
  }
}

/**
 * Starts a server and waits until it serves. The claim is released when the process ends, however it ends.
 * @throws StartFailed
 */
export const startServer = async (spec: ServerSpec): Promise<EmbeddedServer> => {
  if (existsSync(spec.logFile)) renameSync(spec.logFile, `${spec.logFile}.1`); // Two runs are kept, not more.
  const child = spawnDetached(spec);
  if (child.pid === undefined) return neverStarted(spec, child);
  const server = new ServerProcess(spec, child, child.pid);
  const isReady = (): boolean => spec.ready.test(readFileSync(spec.logFile, 'utf8'));
  await until(() => server.exit !== undefined || isReady(), START_MS);
  if (server.exit === undefined && isReady()) return server;
  const failure = new StartFailed(spec, server.exit, readFileSync(spec.logFile, 'utf8'));
  await server.stop();
  throw failure;
};

class ServerProcess implements EmbeddedServer {
  readonly port: number;
  readonly exited: Promise<Exit>;
  exit: Exit | undefined;
  private readonly ended: Promise<Exit>;
  private readonly self: ProcessRef;
  private asked = false;

  constructor(
    private readonly spec: ServerSpec,
    private readonly child: ChildProcess,
    readonly pid: number,
  ) {
    this.port = spec.port;
    this.self = identify(pid) ?? { pid, started: 'gone at once' };
    spec.claim.runs(this.self, spec.stopSignal);
    process.once('exit', this.onOwnerExit);
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve(this.onExit({ code, signal }))));
    this.exited = this.ended.then((exit) => (this.asked ? new Promise<Exit>(() => undefined) : exit));
  }

  stop(): Promise<void> {
    return this.finish(this.spec.stopSignal);
  }

  kill(): Promise<void> {
    return this.finish('SIGKILL');
  }

  private async finish(signal: NodeJS.Signals): Promise<void> {
    this.asked = true;
    this.child.ref(); // The owner stays until its servers are gone.
    if (!this.exit) await end(this.self, signal);
    await this.ended;
  }

  // An owner that crashes or calls process.exit() takes its servers along; only SIGKILL leaves them to the next start.
  private readonly onOwnerExit = (): void => void send(this.self, this.spec.stopSignal);

  private onExit(exit: Exit): Exit {
    this.exit = exit;
    process.off('exit', this.onOwnerExit);
    this.spec.claim.release();
    this.spec.onExit?.(exit);
    return exit;
  }
}

// Its own process group: the terminal's Ctrl-C reaches only us, and we stop things in order.
const spawnDetached = (spec: ServerSpec): ChildProcess => {
  const log = openSync(spec.logFile, 'w');
  const { cwd, env, uid, gid } = spec;
  const user = { ...(uid !== undefined && { uid }), ...(gid !== undefined && { gid }) };
  const child = spawn(spec.command, spec.args, { cwd, env, ...user, detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  child.unref();
  return child;
};

const neverStarted = async (spec: ServerSpec, child: ChildProcess): Promise<never> => {
  const [cause] = await once(child, 'error').catch((error: unknown) => [error]);
  spec.claim.release();
  throw new Error(`${spec.name}: ${spec.command} cannot be run`, { cause });
};
