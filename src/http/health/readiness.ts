import type { Role } from '../../config/config.js';

export interface RoleReadiness {
  readonly role: Role;
  /** Joined, claimed and caught up, as far as the role does such things. */
  readonly ready: boolean;
  /** For people who look: partitions, lag, what it waits for. Ids and numbers only. */
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** What the roles of this process say of themselves; asked on every probe, so it must be cheap. */
export interface ReadinessSource {
  roles(): readonly RoleReadiness[] | Promise<readonly RoleReadiness[]>;
}
export const READINESS_SOURCE = Symbol('READINESS_SOURCE');
