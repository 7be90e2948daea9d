import type { Config } from '../config/config.js';
import type { Clock } from '../domain/kernel/clock.js';
import type { ProviderAdapter } from './provider.js';
import { sandboxAdapters } from './sandbox/sandbox.adapter.js';

/** The vendors this installation can call. */
export class ProviderRegistry {
  private readonly byId: ReadonlyMap<string, ProviderAdapter>;

  constructor(readonly all: readonly ProviderAdapter[]) {
    this.byId = new Map(all.map((adapter) => [adapter.id, adapter]));
  }

  /** undefined: not known, or not configured here. */
  get(id: string): ProviderAdapter | undefined {
    return this.byId.get(id);
  }
}

/** All that the configuration allows; the sandbox is always there. */
export const registryOf = (config: Pick<Config, 'sandboxInstant'>, clock: Clock): ProviderRegistry =>
  new ProviderRegistry(sandboxAdapters({ instant: config.sandboxInstant, clock }));
