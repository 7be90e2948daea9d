import type { Profile } from '../profile.js';
import type { Random } from '../random.js';
import type { Fleet } from '../stack/fleet.js';
import type { ServiceProcess } from '../stack/service-process.js';
import { waited } from '../waiting.js';
import type { Tally } from './tally.js';

export interface ProcessFaultsOptions {
  readonly fleet: Fleet;
  readonly random: Random;
  readonly tally: Tally;
  readonly faults: Profile['processFaults'];
  readonly say: (line: string) => void;
}

type Fault = 'kill' | 'freeze';

/** Kills and freezes processes at random for the time of the profile; returns when all run again. */
export const hurtProcesses = async (options: ProcessFaultsOptions): Promise<void> => {
  const { random, faults } = options;
  const frozen: Promise<void>[] = [];
  const endMs = performance.now() + faults.forMs;
  for (let count = 0; performance.now() < endMs; count += 1) {
    if (count === 1) await Promise.all(frozen);
    await waited(random.between(faults.everyMs));
    const drawn = random.chance(faults.killShare) ? 'kill' : 'freeze';
    const freezeMs = random.between(faults.freezeMs);
    const fitting = performance.now() + freezeMs > endMs ? 'kill' : drawn;
    const fault = FIRST_FAULTS[count] ?? fitting;
    const victim = victimOf(fault, options);
    if (victim === null) continue;
    if (fault === 'kill') kill(victim, options);
    else frozen.push(freeze(victim, freezeMs, options));
  }
  await Promise.all(frozen);
};

/**
 * So that the shortest run has both, however late the first one comes. The first freeze is left alone: its owner is taken over from and thaws while the
 * new one decides, which is what is hardest to get right.
 */
const FIRST_FAULTS: readonly Fault[] = ['freeze', 'kill'];

/** One process at least stays awake: when all stand still, nothing is tried. */
const victimOf = (fault: Fault, { fleet, random }: ProcessFaultsOptions): ServiceProcess | null => {
  const awake = fleet.processes.filter(({ mayBeHurt }) => mayBeHurt);
  return awake.length === 0 || (fault === 'freeze' && awake.length === 1) ? null : random.pick(awake);
};

const kill = (victim: ServiceProcess, { tally, say }: ProcessFaultsOptions): void => {
  tally.kills += 1;
  say(`kill -9 ${victim.name}`);
  victim.kill();
};

const freeze = async (victim: ServiceProcess, forMs: number, { tally, say }: ProcessFaultsOptions): Promise<void> => {
  tally.freezes += 1;
  say(`freeze ${victim.name} for ${forMs} ms`);
  victim.freeze();
  await waited(forMs);
  victim.thaw();
};
