import { InstallationMismatch } from './auth/installation.js';
import { ConfigError } from './config/config.js';
import { MigrationBusy } from './db/migrate.js';
import { EmbeddedUnavailable, FolderInUse } from './embedded/embedded.js';
import { TopicMismatch } from './log/topics.js';

/** A server that was named cannot be reached. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
  constructor(what: string, cause: unknown) {
    super(`${what} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

const MENDABLE = [
  ConfigError,
  EmbeddedUnavailable,
  FolderInUse,
  InstallationMismatch,
  MigrationBusy,
  TopicMismatch,
  ServerUnreachable,
];

/** What the person who starts the service can mend, in one message; null for a failure of ours, which shows its stack. */
export const mendableMessage = (error: unknown): string | null => {
  if (!(error instanceof Error)) return null;
  if (MENDABLE.some((kind) => error instanceof kind)) return error.message;
  const { code, port } = error as NodeJS.ErrnoException & { readonly port?: number };
  if (code === 'EADDRINUSE') return `port ${port} is in use: set PORT to a free one`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return `HOST cannot be listened on: ${error.message}`;
  return null;
};
