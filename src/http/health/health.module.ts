import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';

/** Health and metrics of a process, whatever its roles. */
@Module({})
export class HealthModule {
  /** @param providers READINESS_SOURCE and METRICS */
  static register(providers: readonly Provider[]): DynamicModule {
    return { module: HealthModule, controllers: [HealthController, MetricsController], providers: [...providers] };
  }
}
