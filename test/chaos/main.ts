import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { longProfile, SHORT } from './profile.js';
import { Run } from './run.js';
import { runScenario } from './scenario.js';

/** `npm run chaos -- --seconds 300 --seed 7`: progress on stderr, the summary as JSON on stdout, exit code 1 on a finding. */
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '120' },
    seed: { type: 'string' },
    short: { type: 'boolean' },
    keep: { type: 'boolean' },
  },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const seconds = Number(values.seconds);
if (!Number.isSafeInteger(seed) || !(seconds > 0)) {
  process.stderr.write('usage: npm run chaos -- [--seconds <n>] [--seed <integer>] [--short] [--keep]\n');
  process.exit(2);
}

// Named like the stacks of `npm test`, whose next run deletes what a killed run has left and ends its servers.
mkdirSync('.test-stack', { recursive: true });
const folder = mkdtempSync(join('.test-stack', `${process.pid}-`), { encoding: 'utf8' });
const EXIT_INTERRUPTED = 130;
function leave(exitCode: number): never {
  rmSync(folder, { recursive: true, force: true });
  process.exit(exitCode);
}

const beganMs = performance.now();
const say = (line: string): void => {
  process.stderr.write(`${((performance.now() - beganMs) / 1_000).toFixed(1).padStart(6)} s  ${line}\n`);
};
say(`seed ${seed}`);
const profile = values.short === true ? SHORT : longProfile(seconds);
const run = await Run.open({ profile, seed, folder, keepsEvidence: values.keep === true, say }).catch(
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    return leave(1);
  },
);
let isInterrupted = false;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    isInterrupted = true;
    void run.close().then(() => leave(EXIT_INTERRUPTED));
  });
}
const { summary, failure } = await runScenario(run);
if (!isInterrupted) {
  if (failure !== null) process.stderr.write(`${failure}\n`);
  process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  leave(failure === null ? 0 : 1);
}
