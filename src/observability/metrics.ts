import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What `/metrics` shows; one per process. Labels are from closed lists, never ids. */
export interface Metrics {
  readonly registry: Registry;
  readonly httpSeconds: Histogram<'method' | 'route' | 'status'>;
  readonly commandSeconds: Histogram<'type' | 'outcome'>;
}

export const createMetrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    httpSeconds: new Histogram({
      name: 'tributary_http_request_seconds',
      help: 'From the arrival of a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers: [registry],
    }),
    commandSeconds: new Histogram({
      name: 'tributary_command_wait_seconds',
      help: 'From sending a command to its reply, or to giving up.',
      labelNames: ['type', 'outcome'],
      buckets: SECONDS,
      registers: [registry],
    }),
  };
};
