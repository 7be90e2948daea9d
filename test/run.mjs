// Runs every test. First what needs the embedded stack and, beside it, what needs no server: one of them mostly waits,
// the other only computes. Then chaos, which owns its stack and counts real seconds: it runs alone.
// The last line is the count over all: `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const JEST = 'node_modules/jest/bin/jest.js';
const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));

const jest = async (...projects) => {
  const outputFile = join(folder, `${projects.join('-')}.json`);
  const args = [JEST, '--selectProjects', ...projects, '--json', '--outputFile', outputFile, ...process.argv.slice(2)];
  // Jest's own JSON goes to the file. Its report comes through a pipe: without a terminal it only ever adds lines.
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  child.stderr.pipe(process.stderr, { end: false });
  const [status] = await once(child, 'close');
  return { ...countsIn(outputFile), status: status ?? 1 };
};

const countsIn = (outputFile) => {
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(outputFile, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 1 };
  }
};

const build = spawnSync('npm', ['run', 'build'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

const together = await Promise.all([jest('integration'), jest('simulation', 'unit')]);
const runs = [...together, await jest('chaos')];
rmSync(folder, { recursive: true, force: true });
const sum = (key) => runs.reduce((total, run) => total + run[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(runs.every((run) => run.status === 0) && sum('passed') > 0 ? 0 : 1);
