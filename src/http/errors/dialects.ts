import type { ApiError, ApiErrorCode } from '../../commands/api-error.js';
import { STATUS } from './status.js';

/** Where and when an error is answered; what some dialects repeat in their bodies. */
export interface ErrorContext {
  readonly requestId: string;
  /** Without the query. */
  readonly path: string;
  /** The template of the route that was asked; null when none fits. */
  readonly route: string | null;
}

export interface RenderedError {
  readonly status: number;
  readonly body: unknown;
}

/** How one dialect says an error. */
export type ErrorRenderer = (error: ApiError, context: ErrorContext) => RenderedError;

/** operations and native routes. */
export const renderNatively: ErrorRenderer = ({ code, message, reason, details }, { requestId, route }) => ({
  status: STATUS[code],
  body: { error: { code: codeAt(route, code), message, reason, ...(details !== undefined && { details }), requestId } },
});

const BATCH_ROUTE = '/api/v1/operations/enrichment/batch';

/** OP-13: this route alone says VALIDATION_ERROR to callers that it does not know; its status stays 401. */
export const codeAt = (route: string | null, code: ApiErrorCode): ApiErrorCode =>
  route === BATCH_ROUTE && code === 'UNAUTHORIZED' ? 'VALIDATION_ERROR' : code;

/** The first prefix that fits decides, for unknown routes too; other dialects put their rows before the last. */
const RENDERERS: readonly { readonly prefix: string; readonly render: ErrorRenderer }[] = [
  { prefix: '/', render: renderNatively },
];

export const renderError: ErrorRenderer = (error, context) => {
  const { render } = RENDERERS.find(({ prefix }) => context.path.startsWith(prefix)) ?? { render: renderNatively };
  return render(error, context);
};
