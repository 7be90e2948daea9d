import { LRUCache } from 'lru-cache';
import type { OrgId } from '../domain/kernel/ids.js';
import { sandboxOf } from './principal.js';
import type { OrgsRepository } from './orgs.repository.js';

/** Credits every sandbox starts with (API X-03), in the installation's unit. */
export const SANDBOX_CREDITS = 10_000;

const KNOWN_ORGS_MAX = 10_000;

/** Grants under an idempotency key: the same key never grants twice. */
export type GrantOnce = (orgId: OrgId, key: string, amount: number) => Promise<void>;

/**
 * Makes an org usable: its credits first, its row last, so that a row means that nothing is missing and a crash
 * in between is mended by the next call.
 */
export class OrgProvisioning {
  private readonly known = new LRUCache<OrgId, true>({ max: KNOWN_ORGS_MAX });
  private readonly running = new Map<OrgId, Promise<void>>();

  constructor(
    private readonly options: {
      readonly orgs: OrgsRepository;
      readonly grantOnce: GrantOnce;
      readonly signupGrant: number;
    },
  ) {}

  /** Resolves when the org and its sandbox exist; calls for the same org share one run. */
  async ensure(orgId: OrgId, name: string): Promise<void> {
    if (this.known.has(orgId)) return;
    const running = this.running.get(orgId) ?? this.provision(orgId, name).finally(() => this.running.delete(orgId));
    this.running.set(orgId, running);
    await running;
    this.known.set(orgId, true);
  }

  /** Whether the org may be used although it may not be created on first sight. */
  async exists(orgId: OrgId): Promise<boolean> {
    if (this.known.has(orgId)) return true;
    const found = (await this.options.orgs.find(orgId)) !== null;
    if (found) this.known.set(orgId, true);
    return found;
  }

  private async provision(orgId: OrgId, name: string): Promise<void> {
    if ((await this.options.orgs.find(orgId)) !== null) return;
    const { grantOnce, signupGrant } = this.options;
    await grantOnce(sandboxOf(orgId), 'sandbox', SANDBOX_CREDITS);
    if (signupGrant > 0) await grantOnce(orgId, 'signup', signupGrant);
    await this.options.orgs.create(orgId, name);
  }
}
