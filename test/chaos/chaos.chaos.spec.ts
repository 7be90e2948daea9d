import { rmSync } from 'node:fs';
import { newStackFolder, sweepDeadRuns } from '../support/stack.folder.js';
import { SHORT } from './profile.js';
import { Run } from './run.js';
import { runScenario } from './scenario.js';

const LIMIT_MS = 300_000;
const SEED = Number(process.env['CHAOS_SEED'] ?? Date.now() % 2 ** 31);

describe('chaos on the real broker', () => {
  let folder: string;

  beforeAll(async () => {
    await sweepDeadRuns();
    folder = newStackFolder();
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it(
    'loses, doubles and contradicts nothing when processes, Postgres and the broker die and a partition goes back',
    async () => {
      const beganMs = performance.now();
      const say = (line: string): void => {
        process.stdout.write(`chaos ${((performance.now() - beganMs) / 1_000).toFixed(1)} s: ${line}\n`);
      };
      say(`CHAOS_SEED=${SEED}`);
      const { summary, failure } = await runScenario(
        await Run.open({ profile: SHORT, seed: SEED, folder, keepsEvidence: false, say }),
      );
      say(JSON.stringify(summary));
      if (failure !== null) throw new Error(failure);
      expect(summary.freezes).toBeGreaterThan(0);
      expect(summary.kills).toBeGreaterThan(0);
      expect(summary.acked).toBeGreaterThan(100);
    },
    LIMIT_MS,
  );
});
