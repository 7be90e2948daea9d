// Runs every test: first all that share one embedded stack, then chaos, which owns its stack and runs alone.
// The last line is the count over both: `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const JEST = 'node_modules/jest/bin/jest.js';
const folder = mkdtempSync(join(tmpdir(), 'tributary-test-'));

const jest = (name, projects) => {
  const outputFile = join(folder, `${name}.json`);
  const args = [JEST, '--selectProjects', ...projects, '--json', '--outputFile', outputFile, ...process.argv.slice(2)];
  // Jest's own JSON goes to the file; its readable report stays on stderr.
  const run = spawnSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(outputFile, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites, status: run.status ?? 1 };
  } catch {
    return { passed: 0, failed: 1, status: run.status ?? 1 };
  }
};

const build = spawnSync('npm', ['run', 'build'], { stdio: 'inherit' });
if (build.status !== 0) process.exit(build.status ?? 1);

const runs = [jest('shared', ['unit', 'simulation', 'integration']), jest('chaos', ['chaos'])];
rmSync(folder, { recursive: true, force: true });
const sum = (key) => runs.reduce((total, run) => total + run[key], 0);
console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
process.exit(runs.every((run) => run.status === 0) && sum('passed') > 0 ? 0 : 1);
