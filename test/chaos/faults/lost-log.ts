import type { Finding } from '../oracle/finding.js';
import type { Run } from '../run.js';
import { cutLog } from '../stack/cut-log.js';
import { EVENTS_TOPIC } from '../stack/environment.js';
import type { ServiceProcess } from '../stack/service-process.js';

export interface Loss {
  readonly partition: number;
  /** When it was gone, ms of the driver's clock. */
  readonly cutMs: number;
}

/**
 * Stops everything, cuts a partition of the events, and finds whether the service refuses to run on it, names the
 * way out, and runs again after `repair`.
 */
export const loseLog = async (run: Run): Promise<Loss> => {
  const { servers, fleet, tool, findings, options } = run;
  const exits = await fleet.stop();
  findings.push(...exits.filter(({ code }) => code !== 0).map((exit) => badStop(exit.name, exit.code)));
  await servers.stopKafka();
  const { partition, bytesBefore, bytesAfter } = cutLog(options.folder, EVENTS_TOPIC);
  const cutMs = performance.now();
  run.known.clear();
  run.say(`partition ${partition} of the events was cut from ${bytesBefore} to ${bytesAfter} bytes`);
  await servers.startKafka();
  const [service] = fleet.processes;
  if (service !== undefined) findings.push(...(await refusal(service, partition, run)));
  const repair = await tool.run('repair', '--accept-loss', '--partition', String(partition));
  if (repair.code !== 0) findings.push({ kind: 'tool', what: `repair ended with ${repair.code}: ${repair.output}` });
  run.say('repaired, starting again');
  fleet.start();
  return { partition, cutMs };
};

const badStop = (name: string, code: number | null): Finding => ({
  kind: 'recovery',
  what: `${name} was told to stop and ended with code ${code}`,
});

/** The process must end by itself, not with 0, and say what a person can do. */
const refusal = async (service: ServiceProcess, partition: number, run: Run): Promise<readonly Finding[]> => {
  const before = service.output.length;
  service.start({ supervised: false });
  const exit = await service.exit(run.profile.recoveryMs);
  const message = `tributary repair --accept-loss --partition ${partition}`;
  const said = service.output.slice(before).includes(message);
  run.say(`${service.name} ended with code ${exit?.code} ${said ? 'and named the way out' : ''}`);
  if (exit === null) await service.stop();
  return [
    ...(exit === null || exit.code === 0
      ? [{ kind: 'recovery', what: `${service.name} runs on a log that went back (exit ${exit?.code})` } as const]
      : []),
    ...(said ? [] : [{ kind: 'recovery', what: `${service.name} did not say: ${message}` } as const]),
  ];
};
