import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Registry } from 'prom-client';
import { Public } from '../../auth/decorators.js';
import type { Metrics } from '../../observability/metrics.js';
import { Documented } from '../openapi/operation-doc.js';
import { SHOW_METRICS } from './health.docs.js';

export const METRICS = Symbol('METRICS');

/** AD-01, Prometheus text. */
@Public()
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS) private readonly metrics: Pick<Metrics, 'registry'>) {}

  @Get()
  @Documented(SHOW_METRICS)
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  show(): Promise<string> {
    return this.metrics.registry.metrics();
  }
}
