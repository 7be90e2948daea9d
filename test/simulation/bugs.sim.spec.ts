import { PLANTED_BUGS } from './bugs/index.js';
import { withSink } from './bugs/restore-bugs.js';
import { storeOver } from './bugs/store-bugs.js';
import { writerBug, WriterOver } from './bugs/writer-over.js';
import { simulate } from './simulate.js';
import type { Plant } from './world/seams.js';

/** A bug that is not caught within so many commands of each of these worlds has survived. */
const COMMANDS = 3_000;
const SEEDS = Array.from({ length: 24 }, (_, n) => `bug ${n + 1}`);
/** Of these, a decider without a bug lives in so many. */
const SOUND_WORLDS = 8;
const TIMEOUT_MS = 120_000;

/** All seams wrapped as the bugs wrap them, and nothing broken. */
const HARMLESS: Plant = () => ({
  log: (log) => withSink(log, (sink) => sink),
  store: (store) => storeOver(store, {}),
  core: (core) => ({ ...core }),
  claimWriter: writerBug(WriterOver),
});

/** The rule that a bug breaks first, and after how many commands. */
const caught = async (
  plant: Plant,
  seeds = SEEDS,
): Promise<{ readonly commands: number; readonly rule: string | null }> => {
  let commands = 0;
  for (const seed of seeds) {
    const report = await simulate({ seed, commands: COMMANDS, pace: 'wild', plant });
    commands += report.commands;
    if (report.violation !== null) return { commands, rule: report.violation.rule };
  }
  return { commands, rule: null };
};

describe('the oracle', () => {
  it(
    'lets a decider pass that is wrapped like the others, but right',
    async () => expect(await caught(HARMLESS, SEEDS.slice(0, SOUND_WORLDS))).toMatchObject({ rule: null }),
    TIMEOUT_MS,
  );

  it.each(PLANTED_BUGS)(
    'catches a decider that $name',
    async ({ name, plant, rule: expected }) => {
      const { commands, rule } = await caught(plant);
      process.stdout.write(`${name}: ${rule === null ? 'SURVIVED' : 'caught after'} ${commands} commands: ${rule}\n`);
      expect(rule).toEqual(expected ?? expect.any(String));
    },
    TIMEOUT_MS,
  );
});
