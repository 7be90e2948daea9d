import type { Crowd } from '../load/crowd.js';
import type { Finding } from '../oracle/finding.js';
import type { Profile } from '../profile.js';
import type { Random } from '../random.js';
import type { Fleet } from '../stack/fleet.js';
import type { Servers } from '../stack/servers.js';
import { waited } from '../waiting.js';
import type { Tally } from './tally.js';

export interface ServerFaultsOptions {
  readonly servers: Servers;
  readonly fleet: Fleet;
  readonly crowd: Crowd;
  readonly random: Random;
  readonly tally: Tally;
  readonly profile: Profile;
  readonly say: (line: string) => void;
}

/** Kills Postgres and the broker under load; finds whether the service comes back by itself each time. */
export const hurtServers = async (options: ServerFaultsOptions): Promise<readonly Finding[]> => {
  const { profile, random } = options;
  const findings: Finding[] = [];
  for (let round = 0; round < profile.serverFaults.rounds; round += 1) {
    for (const server of ['Postgres', 'the broker'] as const) {
      await waited(profile.serverFaults.calmMs);
      await crash(server, random.between(profile.serverFaults.downMs), options);
      findings.push(...(await recovery(server, options)));
    }
  }
  await waited(profile.serverFaults.calmMs);
  return findings;
};

const crash = async (
  server: 'Postgres' | 'the broker',
  downMs: number,
  { servers, tally, say }: ServerFaultsOptions,
): Promise<void> => {
  say(`kill -9 ${server}, start it after ${downMs} ms`);
  if (server === 'Postgres') {
    tally.postgresKillsMs.push(performance.now());
    await servers.crashPostgres(downMs);
  } else {
    tally.brokerKills += 1;
    await servers.crashKafka(downMs);
  }
};

const recovery = async (server: string, options: ServerFaultsOptions): Promise<readonly Finding[]> => {
  const { crowd, fleet, profile, say } = options;
  const fromMs = performance.now();
  const accepts = await crowd.acceptedAgainWithin(profile.recoveryMs);
  say(`accepting again ${Math.round(performance.now() - fromMs)} ms after ${server} was back`);
  const notReady = await fleet.notReadyWithin(profile.recoveryMs);
  say(`ready again ${Math.round(performance.now() - fromMs)} ms after ${server} was back`);
  const within = `within ${profile.recoveryMs} ms after ${server} was back`;
  return [
    ...(accepts ? [] : [{ kind: 'recovery', what: `nothing was accepted ${within}` } as const]),
    ...notReady.map((name) => ({ kind: 'recovery', what: `${name} was not ready ${within}` }) as const),
  ];
};
