import { PLANTED_BUGS } from './bugs/index.js';
import { withSink } from './bugs/restore-bugs.js';
import { storeOver } from './bugs/store-bugs.js';
import { writerBug, WriterOver } from './bugs/writer-over.js';
import { simulate } from './simulate.js';
import type { Plant } from './world/seams.js';

/** A bug that is not caught within so many commands of one of these seeds has survived. */
const COMMANDS = 3_000;
const SEEDS = ['bug 1', 'bug 2', 'bug 3'];

/** All seams wrapped as the bugs wrap them, and nothing broken. */
const HARMLESS: Plant = () => ({
  log: (log) => withSink(log, (sink) => sink),
  store: (store) => storeOver(store, {}),
  core: (core) => ({ ...core }),
  claimWriter: writerBug(WriterOver),
});

describe('the oracle', () => {
  it('lets a decider pass that is wrapped like the others, but right', async () => {
    const { violation } = await simulate({ seed: 'bug 1', commands: COMMANDS, plant: HARMLESS });
    expect(violation).toBeNull();
  });

  it.each(PLANTED_BUGS)('catches a decider that $name', async ({ name, plant }) => {
    let commands = 0;
    for (const seed of SEEDS) {
      const report = await simulate({ seed, commands: COMMANDS, plant });
      commands += report.commands;
      if (report.violation === null) continue;
      process.stdout.write(`${name}: caught after ${commands} commands: ${report.violation.rule}\n`);
      return;
    }
    throw new Error(`"${name}" survived ${commands} commands`);
  });
});
