import { Child } from './child.js';

export interface ServiceOptions {
  readonly script: string;
  readonly nodeFlags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly url: string;
  /** Resolves when the service is ready. */
  readonly ready: (child: Child) => Promise<void>;
}

/** The service: always at the same address, with all its roles or with some. */
export class Service {
  /** Rejects when it ends without being asked to. */
  readonly failed: Promise<never>;
  private reject: (error: Error) => void = () => undefined;
  private running: Child | null = null;

  private constructor(private readonly options: ServiceOptions) {
    this.failed = new Promise((_, reject) => (this.reject = reject));
    this.failed.catch(() => undefined); // Who waits for it sees it.
  }

  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options);
    await service.run({});
    return service;
  }

  get url(): string {
    return this.options.url;
  }

  get child(): Child {
    if (this.running === null) throw new Error('the service does not run');
    return this.running;
  }

  /** Runs `work` while the process has only these roles; what it leaves behind is done when all are back. */
  async withRoles<T>(roles: string, work: () => Promise<T>): Promise<T> {
    await this.stop();
    await this.run({ ROLES: roles });
    try {
      return await work();
    } finally {
      await this.stop();
      await this.run({});
    }
  }

  async stop(): Promise<void> {
    await this.running?.stop();
    this.running = null;
  }

  private async run(extra: Readonly<Record<string, string>>): Promise<void> {
    const { script, nodeFlags, env, ready } = this.options;
    const child = Child.start({ name: 'service', script, nodeFlags, env: { ...env, ...extra } });
    child.failed.catch(this.reject);
    this.running = child;
    await Promise.race([ready(child), child.failed]);
  }
}
