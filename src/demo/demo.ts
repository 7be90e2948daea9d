import { randomUUID } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatApiKey } from '../auth/api-key.js';
import type { ApiKeysRepository } from '../auth/api-keys.repository.js';
import type { GrantOnce, OrgProvisioning } from '../auth/org-provisioning.js';
import { sandboxOf } from '../auth/principal.js';
import type { RecordedPerson } from '../commands/record-person.command.js';
import type { OrgId } from '../domain/kernel/ids.js';
import type { SealedIdentity } from '../vault/vault.js';
import { SANDBOX_PEOPLE } from './sandbox-people.js';

/** What a newcomer needs to make the first call; written to `demo.json` in the data folder. */
export interface Demo {
  readonly url: string;
  readonly orgId: string;
  readonly apiKey: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly personIds: readonly string[];
}

export interface DemoOptions {
  readonly url: string;
  readonly dataDir: string;
  readonly provisioning: OrgProvisioning;
  readonly keys: ApiKeysRepository;
  readonly grantOnce: GrantOnce;
  /** Records a person in an org. */
  readonly record: (orgId: OrgId, facts: SealedIdentity, correlationId: string) => Promise<RecordedPerson>;
}

const DEMO_ORG = 'demo' as OrgId;
const DEMO_CREDITS = 1_000;

/** Creates the demo org, its test key and its people; what exists already is used again. */
export const ensureDemo = async (options: DemoOptions): Promise<Demo> => {
  const { provisioning, grantOnce, url, dataDir } = options;
  await provisioning.ensure(DEMO_ORG, 'Demo');
  const known = await knownDemo(options);
  if (known === null) await grantOnce(DEMO_ORG, 'demo', DEMO_CREDITS);
  const key = known ?? (await newKey(options.keys));
  const personIds = known?.personIds ?? (await recordPeople(options));
  const { apiKey, accessKey, secretKey } = key;
  const demo: Demo = { url, orgId: DEMO_ORG, apiKey, accessKey, secretKey, personIds };
  await writeFile(pathIn(dataDir), `${JSON.stringify(demo, null, 2)}\n`, { mode: 0o600 });
  return demo;
};

const pathIn = (dataDir: string): string => join(dataDir, 'demo.json');

/** null when there is none, or when it belongs to a database that is gone. */
const knownDemo = async ({ dataDir, keys }: DemoOptions): Promise<Demo | null> => {
  const text = await readFile(pathIn(dataDir), 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  const demo = text === null ? null : (JSON.parse(text) as Demo);
  return demo !== null && (await keys.find(demo.accessKey)) !== null ? demo : null;
};

const newKey = async (keys: ApiKeysRepository): Promise<Pick<Demo, 'apiKey' | 'accessKey' | 'secretKey'>> => {
  const scopes = ['enrich', 'read', 'persons', 'credits'] as const;
  const key = await keys.create({ orgId: DEMO_ORG, mode: 'test', name: 'demo', scopes });
  return { apiKey: formatApiKey(key), accessKey: key.id, secretKey: key.secret };
};

const recordPeople = async ({ record }: DemoOptions): Promise<readonly string[]> => {
  const orgId = sandboxOf(DEMO_ORG);
  const recorded = await Promise.all(SANDBOX_PEOPLE.map((facts) => record(orgId, facts, randomUUID())));
  return recorded.map(({ personId }) => personId);
};

/** What is printed once the service is ready. */
export const demoText = ({ url, apiKey, personIds }: Demo, dataDir: string): string => {
  const enrichment = `'${url}/api/v1/operations/enrichment/${personIds[0]}?field=emails' -H 'Authorization: Bearer ${apiKey}'`;
  return [
    '',
    `Tributary is ready on ${url}`,
    '',
    'Enrich a person of the sandbox, then look at the result:',
    `  curl -X POST ${enrichment}`,
    `  curl ${enrichment}`,
    '',
    'and at the person with what was found:',
    `  curl '${url}/api/v1/persons/${personIds[0]}' -H 'Authorization: Bearer ${apiKey}'`,
    '',
    `In a second terminal: ${dataDir === '.tributary' ? '' : `DATA_DIR=${dataDir} `}npx tributary audit`,
    `Everything printed here is in ${pathIn(dataDir)}. Ctrl-C stops the service and its servers.`,
    '',
  ].join('\n');
};
