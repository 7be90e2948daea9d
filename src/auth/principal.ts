import type { OrgId } from '../domain/kernel/ids.js';

export const SCOPES = ['enrich', 'read', 'persons', 'credits', 'webhooks', 'admin', 'operator'] as const;
/** `operator` (money, other orgs) can only be issued by the CLI (API X-02). */
export type Scope = (typeof SCOPES)[number];

/** Who is calling, for which org, allowed what. The org comes from the credential, never from path or body. */
export interface Principal {
  /** For test keys this is already the sandbox org `<org>~test`. */
  readonly orgId: OrgId;
  /** The Clerk user id, or `key:<id>`. */
  readonly createdBy: string;
  readonly scopes: ReadonlySet<Scope>;
  readonly credential: 'session' | 'key';
  readonly mode: 'live' | 'test';
}

/** The sandbox of an org is an org of its own. */
export const sandboxOf = (orgId: string): OrgId => `${orgId}~test` as OrgId;
export const isSandbox = (orgId: string): boolean => orgId.endsWith('~test');
