import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { EventBatch } from '../log/event-follower.js';
import type { EventsPattern } from '../log/event-log.strategy.js';
import { RethrowFilter } from '../log/rethrow.filter.js';
import { Projector } from './projector.js';

/** Name of the role's group and of its entry in the strategy's `roles`. */
export const PROJECTIONS_GROUP = 'projections';

@Controller()
@UseFilters(RethrowFilter)
export class ProjectionsController {
  constructor(@Inject(Projector) private readonly projector: Projector) {}

  @EventPattern({ events: PROJECTIONS_GROUP } satisfies EventsPattern)
  project(@Payload() batch: EventBatch): Promise<'stored' | 'moved'> {
    return this.projector.handle(batch);
  }
}
