import type { CommandId, OrgId } from '../domain/kernel/ids.js';
import { commandIdFrom } from '../log/command-id.js';

/** What an Idempotency-Key makes of a request. */
export interface RequestKey {
  /** Follows from org, route and key alone: a repeat is the same command, whichever process sends it. */
  readonly id: CommandId;
  /** Hex SHA-256 of the request that the key covers. */
  readonly fingerprint: string;
}

export interface KeyScope {
  readonly orgId: OrgId;
  /** Method and template: `POST /api/v1/persons`. */
  readonly route: string;
  /** As the client sent it. */
  readonly key: string;
}

export const requestKeyOf = ({ orgId, route, key }: KeyScope, fingerprint: string): RequestKey => ({
  id: commandIdFrom(orgId, route, key),
  fingerprint,
});

/** Of a further command that the same request needs. */
export const keyOfStep = ({ id, fingerprint }: RequestKey, step: string): RequestKey => ({
  id: commandIdFrom(id, step),
  fingerprint,
});

/** As the gateway takes it; without a key the id is drawn at random. */
export const keyedBy = (key: RequestKey | null): Partial<RequestKey & { readonly keyed: true }> =>
  key === null ? {} : { ...key, keyed: true };
