import { pino, type Logger } from 'pino';

export type { Logger };

/** One JSON line per record on stdout. Secrets and personal data are never handed to it: ids and codes only. */
export const createLogger = (level: string, role = 'tributary'): Logger =>
  pino({
    name: role,
    level,
    base: null,
    redact: { paths: ['*.secret', '*.secretKey', '*.apiKey', '*.authorization', '*.token'], censor: '[redacted]' },
  });
