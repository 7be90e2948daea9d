import { check, type Checked } from './check.js';
import { hurtProcesses } from './faults/process-faults.js';
import { hurtServers } from './faults/server-faults.js';
import { loseLog } from './faults/lost-log.js';
import type { Run } from './run.js';
import { waited } from './waiting.js';

/** A: processes are killed and frozen under load. */
export const processPhase = async (run: Run): Promise<Checked> => {
  const { fleet, random, tally, profile } = run;
  const crowd = run.crowd('a');
  await hurtProcesses({
    fleet,
    random,
    tally,
    faults: profile.processFaults,
    say: (line) => run.say(line),
  });
  await crowd.finish(profile.settleMs);
  await run.requireReady('after the last process fault');
  return check(run, 'phase A');
};

/** B: Postgres and the broker are killed under load. */
export const serverPhase = async (run: Run): Promise<Checked> => {
  const { fleet, servers, random, tally, profile } = run;
  const crowd = run.crowd('b');
  const say = (line: string): void => run.say(line);
  run.findings.push(...(await hurtServers({ servers, fleet, crowd, random, tally, profile, say })));
  await crowd.finish(profile.settleMs);
  return check(run, 'phase B');
};

/** C: a partition of the log goes back. What its orgs were told before that is not backed any more, all else is. */
export const lostLogPhase = async (run: Run): Promise<Checked> => {
  const { profile } = run;
  const { partition, cutMs } = await loseLog(run);
  await run.requireReady('after the repair');
  await run.revisit();
  const crowd = run.crowd('c');
  await waited(profile.aftermathMs);
  await crowd.finish(profile.settleMs);
  return check(run, 'phase C', (answer, records) => {
    if (answer.askedMs > cutMs) return true;
    const own = records.find(({ event }) => event.orgid === answer.orgId);
    return own !== undefined && own.partition !== partition;
  });
};
