import type { Clock } from '../domain/kernel/clock.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { hashSecret, secretMatches, type ApiKeyCredential } from './api-key.js';
import type { ApiKeysRepository, StoredApiKey } from './api-keys.repository.js';
import type { ClerkSessions } from './clerk-sessions.js';
import type { Credential } from './credentials.js';
import type { OrgProvisioning } from './org-provisioning.js';
import { sandboxOf, SCOPES, type KeyCaps, type Principal, type Scope } from './principal.js';

const MEMBER_SCOPES: ReadonlySet<Scope> = new Set(['enrich', 'read', 'persons']);
const ORG_ADMIN_SCOPES: ReadonlySet<Scope> = new Set(SCOPES.filter((scope) => scope !== 'operator'));

/** Turns a credential into a principal, or null for every reason to refuse. */
export class Authenticator {
  constructor(
    private readonly options: {
      readonly keys: ApiKeysRepository;
      /** null: no Clerk key is configured, sessions are refused. */
      readonly sessions: ClerkSessions | null;
      readonly orgs: OrgProvisioning;
      readonly autoProvision: boolean;
      readonly clock: Clock;
    },
  ) {}

  authenticate(credential: Credential): Promise<Principal | null> {
    return credential.kind === 'key' ? this.byKey(credential.key) : this.bySession(credential.token);
  }

  private async byKey(shown: ApiKeyCredential): Promise<Principal | null> {
    const { keys, clock } = this.options;
    const key = await keys.find(shown.id);
    // The same work for an unknown id, so that timing does not tell which ids exist.
    const stored = key?.secretHash ?? hashSecret(keys.keySalt, `not ${shown.secret}`);
    if (!secretMatches(keys.keySalt, shown.secret, stored) || key === null) return null;
    const ended = key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt.getTime() <= clock.now());
    if (ended || (shown.mode !== null && shown.mode !== key.mode)) return null;
    return {
      orgId: key.mode === 'test' ? sandboxOf(key.orgId) : key.orgId,
      createdBy: `key:${key.id}`,
      scopes: new Set(key.scopes),
      credential: 'key',
      mode: key.mode,
      keyCaps: capsOf(key),
    };
  }

  private async bySession(token: string): Promise<Principal | null> {
    const session = await this.options.sessions?.verify(token);
    if (session === null || session === undefined) return null;
    const orgId = session.orgId as OrgId;
    const { orgs, autoProvision } = this.options;
    if (autoProvision) await orgs.ensure(orgId, orgId);
    else if (!(await orgs.exists(orgId))) return null;
    const scopes = session.isOrgAdmin ? ORG_ADMIN_SCOPES : MEMBER_SCOPES;
    return { orgId, createdBy: session.userId, scopes, credential: 'session', mode: 'live', keyCaps: null };
  }
}

const capsOf = ({ dailyCap: daily, totalCap: total }: StoredApiKey): KeyCaps | null =>
  daily === null && total === null ? null : { daily, total };
