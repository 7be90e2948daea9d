import { RARE_MINIMUM } from './rare-minimum.js';
import { simulate, type Report } from './simulate.js';
import { RarePaths } from './world/rare-paths.js';

/** `SIM_SEED=7 SIM_COMMANDS=5000` plays one world again, the same in every byte. */
const CHOSEN_SEED = process.env['SIM_SEED'];
const COMMANDS = Number(process.env['SIM_COMMANDS'] ?? 5_000);
const FIXED_SEEDS = Array.from({ length: 40 }, (_, n) => String(n + 1));
/** In a world that nobody has seen before. */
const FRESH_SEED = String(Date.now() % 2 ** 31);
const SEEDS = CHOSEN_SEED === undefined ? [...FIXED_SEEDS, FRESH_SEED] : [CHOSEN_SEED];
const COMMANDS_MIN = 200_000;
const WORLD_TIMEOUT_MS = 120_000;

const totals = { commands: 0, records: 0, virtualMs: 0, paths: new RarePaths() };

const play = async (seed: string): Promise<void> => {
  const report = await simulate({ seed, commands: COMMANDS });
  totals.commands += report.commands;
  totals.records += report.records;
  totals.virtualMs += report.virtualMs;
  totals.paths.add(report.paths);
  if (report.violation !== null) throw failureOf(report);
};

const failureOf = ({ seed, commands, violation }: Report): Error =>
  new Error(
    `after ${commands} commands: ${violation?.message}\nplay it again: SIM_SEED=${seed} SIM_COMMANDS=${COMMANDS}`,
  );

describe('simulation', () => {
  beforeAll(() => process.stdout.write(`simulation: fresh SIM_SEED=${FRESH_SEED}\n`));

  it(
    'the same seed is the same run, to the last byte of the log',
    async () => {
      const once = (seed: string) => simulate({ seed, commands: 1_500 });
      const [first, second, other] = [await once('twin'), await once('twin'), await once('other')];
      expect([second.hash, [...second.paths.all]]).toEqual([first.hash, [...first.paths.all]]);
      expect(other.hash).not.toBe(first.hash);
    },
    WORLD_TIMEOUT_MS,
  );

  it.each(SEEDS)('every rule holds in world %s, whatever breaks', play, WORLD_TIMEOUT_MS);

  it('what is rare has been reached often enough for the run to mean something', () => {
    const { commands, records, virtualMs, paths } = totals;
    const hours = Math.round(virtualMs / 3_600_000);
    const lines = paths.all.map(([path, times]) => `${String(times).padStart(9)}  ${path}${leastOf(path)}`);
    process.stdout.write(
      [`${commands} commands (${records} records) in ${hours} virtual hours`, ...lines, ''].join('\n'),
    );
    if (CHOSEN_SEED !== undefined) return;
    expect(commands).toBeGreaterThanOrEqual(COMMANDS_MIN);
    const missed = Object.entries(RARE_MINIMUM).filter(([path, least]) => paths.of(path) < least);
    expect(missed.map(([path, least]) => `${path}: ${paths.of(path)} instead of ${least}`)).toEqual([]);
  });
});

const leastOf = (path: string): string => (path in RARE_MINIMUM ? `  (at least ${RARE_MINIMUM[path]})` : '');
