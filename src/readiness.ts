import type { Role } from './config/config.js';
import type { Decider } from './decider/decider.js';
import type { ReadinessSource, RoleReadiness } from './http/health/readiness.js';
import type { EventLogStrategy } from './log/event-log.strategy.js';
import { PROJECTIONS_GROUP } from './projections/projections.controller.js';
import { PROVIDERS_GROUP } from './providers/providers.controller.js';

export interface RunningRoles {
  readonly roles: readonly Role[];
  readonly decider: Decider | null;
  readonly strategy: EventLogStrategy | null;
}

/** Ready = every role of this process has joined, claimed and caught up (AD-01). */
export class RolesReadiness implements ReadinessSource {
  constructor(private readonly running: RunningRoles) {}

  roles(): readonly RoleReadiness[] {
    return this.running.roles.map((role) => this.readinessOf(role));
  }

  private readinessOf(role: Role): RoleReadiness {
    switch (role) {
      case 'http':
        return { role, ready: true };
      case 'decider':
        return this.deciding();
      case 'projections':
        return this.following(role, PROJECTIONS_GROUP);
      case 'providers':
        return this.following(role, PROVIDERS_GROUP);
    }
  }

  private deciding(): RoleReadiness {
    const status = this.running.decider?.status();
    const partitions = status?.partitions ?? [];
    const ready = status?.joined === true && partitions.every(({ state }) => state === 'deciding');
    return { role: 'decider', ready, detail: { partitions } };
  }

  private following(role: Role, group: string): RoleReadiness {
    const status = this.running.strategy?.followerStatus().get(group);
    const partitions = status?.partitions ?? [];
    const ready = status?.joined === true && partitions.every(({ caughtUp }) => caughtUp);
    const detail = partitions.map(({ partition, caughtUp, position }) => ({
      partition,
      caughtUp,
      position: `${position}`,
    }));
    return { role, ready, detail: { partitions: detail } };
  }
}
