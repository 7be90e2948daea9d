import { boolean, object, oneOf, type JsonSchema } from '../../events/schema-parts.js';
import type { OperationDoc } from '../openapi/operation-doc.js';

/** What a role tells of itself is for people who look: it may have anything. */
const ROLE: JsonSchema = { ...object<{ ready: boolean }>({ ready: boolean }), additionalProperties: true };

const READINESS: JsonSchema = object<{ status: string; roles: unknown }>({
  status: oneOf('ready', 'starting', 'stopping'),
  roles: { type: 'object', additionalProperties: ROLE },
});

/** AD-01. */
export const SHOW_LIVE: OperationDoc = {
  id: 'showLive',
  summary: 'Whether the process answers',
  answers: { 200: { description: 'It does.', schema: object<{ status: string }>({ status: oneOf('live') }) } },
};

export const SHOW_READY: OperationDoc = {
  id: 'showReady',
  summary: 'Whether every role has joined, claimed and caught up',
  answers: {
    200: {
      description: 'All are ready.',
      schema: READINESS,
      example: { status: 'ready', roles: { http: { ready: true } } },
    },
    503: { description: 'Some are not, or the process is going down.', schema: READINESS, headers: ['Retry-After'] },
  },
};

export const SHOW_METRICS: OperationDoc = {
  id: 'showMetrics',
  summary: 'Metrics for Prometheus',
  answers: { 200: { description: 'Its text format.', schema: { type: 'string' }, mediaType: 'text/plain' } },
};
