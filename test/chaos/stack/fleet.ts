import { ServiceProcess, type OwnExit, type ServiceOptions } from './service-process.js';

/** All service processes of a run; they share topics, schema and master key. */
export class Fleet {
  private readonly onDriverExit = (): void => this.destroy();

  private constructor(readonly processes: readonly ServiceProcess[]) {
    process.once('exit', this.onDriverExit);
  }

  static async create(options: Omit<ServiceOptions, 'name'>, count: number): Promise<Fleet> {
    const names = Array.from({ length: count }, (_, index) => `service-${index + 1}`);
    return new Fleet(await Promise.all(names.map((name) => ServiceProcess.create({ ...options, name }))));
  }

  get ownExits(): readonly OwnExit[] {
    return this.processes.flatMap(({ ownExits }) => ownExits);
  }

  start(): void {
    for (const service of this.processes) service.start();
  }

  /** The names of those that did not get ready in time. */
  async notReadyWithin(limitMs: number): Promise<readonly string[]> {
    const ready = await Promise.all(this.processes.map((service) => service.becomesReady(limitMs)));
    return this.processes.filter((_, index) => ready[index] !== true).map(({ name }) => name);
  }

  stop(): Promise<readonly OwnExit[]> {
    return Promise.all(this.processes.map((service) => service.stop()));
  }

  destroy(): void {
    process.off('exit', this.onDriverExit);
    for (const service of this.processes) service.destroy();
  }
}
