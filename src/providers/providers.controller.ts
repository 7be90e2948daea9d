import { Controller, Inject, UseFilters } from '@nestjs/common';
import { EventPattern, Payload } from '@nestjs/microservices';
import type { EventBatch } from '../log/event-follower.js';
import type { EventsPattern } from '../log/event-log.strategy.js';
import { RethrowFilter } from '../log/rethrow.filter.js';
import { Dispatcher } from './dispatcher.js';

/** Name of the role's group and of its entry in the strategy's `roles`. */
export const PROVIDERS_GROUP = 'providers';

@Controller()
@UseFilters(RethrowFilter)
export class ProvidersController {
  constructor(@Inject(Dispatcher) private readonly dispatcher: Dispatcher) {}

  @EventPattern({ events: PROVIDERS_GROUP } satisfies EventsPattern)
  dispatch(@Payload() batch: EventBatch): Promise<'stored' | 'moved'> {
    return this.dispatcher.handle(batch);
  }
}
