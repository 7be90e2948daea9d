import type { Command } from 'commander';
import { PostgresSnapshotStore } from '../src/decider/postgres-snapshot-store.js';
import { discardProjections } from '../src/projections/discard.js';
import { discardAttempts } from '../src/providers/discard.js';
import { withConnection, type Connection } from './connection.js';
import { Failure } from './failure.js';

interface RepairOptions {
  readonly acceptLoss?: boolean;
  readonly partition: string;
}

export const addRepairCommand = (program: Command): void => {
  program
    .command('repair')
    .description('after the log went backwards: rebuild what belongs to a partition from what the log still holds')
    .option('--accept-loss', 'say that what the log lost is lost')
    .requiredOption('--partition <p>', 'the partition that the service named')
    .action((options: RepairOptions) => withConnection((connection) => repair(connection, options)));
};

const repair = async ({ database, log, topics }: Connection, options: RepairOptions): Promise<void> => {
  const partition = Number(options.partition);
  const partitions = await log.partitions(topics.events);
  if (!Number.isInteger(partition) || partition < 0 || partition >= partitions) {
    throw new Failure(`--partition must be 0 to ${partitions - 1}`);
  }
  if (options.acceptLoss !== true) {
    throw new Failure('repair discards snapshot, views and open work of the partition: say so with --accept-loss');
  }
  await new PostgresSnapshotStore(database).discard(partition);
  await database.transaction(async (sql) => {
    await discardProjections(sql, partition);
    await discardAttempts(sql, partition);
  });
  console.log(`partition ${partition}: snapshot, views and open work are discarded`);
  console.log('start the service again: they are rebuilt from the log; then run: npx tributary audit');
};
