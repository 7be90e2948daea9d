import type { OrgId } from '../domain/kernel/ids.js';

export const SCOPES = ['enrich', 'read', 'persons', 'credits', 'webhooks', 'admin', 'operator'] as const;
/** `operator` (money, other orgs) can only be issued by the CLI (API X-02). */
export type Scope = (typeof SCOPES)[number];

/** Per UTC day, and in all its life; null: no cap. */
export interface KeyCaps {
  readonly daily: number | null;
  readonly total: number | null;
}

/** Who is calling, for which org, allowed what. The org comes from the credential, never from path or body. */
export interface Principal {
  /** For test keys this is already the sandbox org `<org>~test`. */
  readonly orgId: OrgId;
  /** The Clerk user id, or `key:<id>`. */
  readonly createdBy: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly credential: 'session' | 'key';
  readonly mode: 'live' | 'test';
  /** What the key may reserve, in the installation's unit (API CR-07); null: it has no caps, or there is no key. */
  readonly keyCaps: KeyCaps | null;
}

/** The sandbox of an org is an org of its own. */
export const sandboxOf = (orgId: string): OrgId => `${orgId}~test` as OrgId;
export const isSandbox = (orgId: string): boolean => orgId.endsWith('~test');
