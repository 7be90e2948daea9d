import type { Command } from 'commander';
import { rebuild, RebuildRunning, type RebuildReport, type TableComparison } from '../src/projections/rebuild.js';
import { loadMasterKey } from '../src/vault/master-key.js';
import { PostgresVault } from '../src/vault/postgres-vault.js';
import { VaultIdentityOpener } from '../src/vault/identity-opener.js';
import { systemClock } from '../src/observability/clock.js';
import { withConnection, type Connection } from './connection.js';
import { EXIT, Failure } from './failure.js';
import { print, table } from './output.js';
import { progressBar } from './progress.js';

interface RebuildOptions {
  readonly check: boolean;
  readonly json: boolean;
}

export const addRebuildCommand = (program: Command): void => {
  program
    .command('rebuild')
    .description('fill all read models anew from the log while the service runs, compare, swap them in')
    .option('--check', 'only compare; exit code 1 when the live tables differ from the log', false)
    .option('--json', 'output for programs', false)
    .action(async (options: RebuildOptions) => {
      process.exitCode = await withConnection((connection) => run(connection, options));
    });
};

const run = async ({ config, log, topics, database }: Connection, options: RebuildOptions): Promise<number> => {
  const startedMs = Date.now();
  const masterKey = await loadMasterKey(config.masterKey, config.dataDir);
  const progress = progressBar('rebuilding', options.json);
  const done = new Map<number, { done: number; total: number }>();
  const sum = (key: 'done' | 'total') => [...done.values()].reduce((total, one) => total + one[key], 0);
  try {
    const report = await rebuild({
      url: config.databaseUrl,
      schema: config.databaseSchema,
      mode: options.check ? 'check' : 'replace',
      log,
      topics,
      identities: new VaultIdentityOpener(new PostgresVault({ database, masterKey, clock: systemClock })),
      onProgress: ({ partition, ...counts }) => {
        done.set(partition, counts);
        progress.update(sum('done'), sum('total'));
      },
    });
    progress.stop();
    print(options.json, report, linesOf(report, Date.now() - startedMs));
    return report.equal ? EXIT.ok : EXIT.difference;
  } catch (error) {
    throw error instanceof RebuildRunning ? new Failure(error.message) : error;
  } finally {
    progress.stop();
  }
};

const linesOf = (report: RebuildReport, ms: number): string[] => {
  const rows = report.tables.map((one) => [one.table, String(one.liveRows), String(one.rebuiltRows), verdictOf(one)]);
  const speed = Math.round(report.events / (ms / 1000));
  return [
    ...table([['table', 'live rows', 'rebuilt rows', ''], ...rows]),
    '',
    `${report.events} events in ${(ms / 1000).toFixed(1)} s (${speed}/s): ${report.equal ? 'equal' : 'DIFFERENT'}`,
    report.replaced ? 'the new generation is live' : 'nothing was changed',
    ...report.tables.flatMap(({ table: name, differences }) =>
      differences.map((difference) => `  ${name}: ${JSON.stringify(difference)}`),
    ),
  ];
};

const verdictOf = ({ equal }: TableComparison): string => (equal ? 'equal' : 'DIFFERENT');
