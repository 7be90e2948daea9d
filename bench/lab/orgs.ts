import { formatApiKey } from '../../src/auth/api-key.js';
import { SCOPES } from '../../src/auth/principal.js';
import { readConfig } from '../../src/config/config.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { accessParts, commandParts, type AccessParts } from '../../src/parts.js';
import { openRuntime } from '../../src/runtime.js';

/** More than any run spends. */
export const GRANT = 10_000_000;

const AT_ONCE = 32;

export interface BenchOrg {
  readonly id: string;
  /** As `Connections` sends them. */
  readonly headers: readonly string[];
}

/** Makes orgs with credits and a key of all scopes: what `tributary orgs` and `keys` do, without a process each. */
export const makeOrgs = async (
  env: Readonly<Record<string, string>>,
  names: readonly string[],
): Promise<readonly BenchOrg[]> => {
  const runtime = await openRuntime(readConfig(env));
  const fatal = (error: Error): never => {
    throw error;
  };
  const commands = await commandParts(runtime, fatal);
  const access = await accessParts(runtime, commands);
  const made: BenchOrg[] = [];
  for (let from = 0; from < names.length; from += AT_ONCE) {
    const some = names.slice(from, from + AT_ONCE);
    made.push(...(await Promise.all(some.map((name) => makeOrg(access, name as OrgId)))));
  }
  await commands.sender.close();
  await commands.replies.stop();
  await runtime.close();
  return made;
};

const makeOrg = async ({ provisioning, grantOnce, keys }: AccessParts, orgId: OrgId): Promise<BenchOrg> => {
  await provisioning.ensure(orgId, orgId);
  await grantOnce(orgId, 'bench', GRANT);
  const scopes = SCOPES.filter((scope) => scope !== 'operator');
  const key = await keys.create({ orgId, mode: 'live', name: 'bench', scopes });
  return { id: orgId, headers: ['authorization', `Bearer ${formatApiKey(key)}`] };
};
