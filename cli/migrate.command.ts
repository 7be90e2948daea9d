import type { Command } from 'commander';
import { migrate, MigrationBusy } from '../src/db/migrate.js';
import { configFor, withDatabase } from './connection.js';
import { Failure } from './failure.js';
import { print } from './output.js';

export const addMigrateCommand = (program: Command): void => {
  program
    .command('migrate')
    .description('create or update the tables; every start does it too, a deployment may want it as a step of its own')
    .option('--json', 'output for programs', false)
    .action(async ({ json }: { readonly json: boolean }) => {
      const config = await configFor(process.env, ['databaseUrl']);
      const { databaseUrl: url, databaseSchema: schema } = config;
      const onWaiting = (): void => console.error('another process migrates the tables: waiting for it');
      const onNewer = (names: readonly string[]): void =>
        console.error(`the tables are of a newer version, which also ran ${names.join(', ')}`);
      const options = { url, schema, onWaiting, onNewer };
      const ran = await withDatabase(config, (database) => migrate(database, options)).catch(known);
      print(json, { ran }, ran.length === 0 ? ['the tables are up to date'] : ran);
    });
};

const known = (error: unknown): never => {
  throw error instanceof MigrationBusy ? new Failure(error.message) : error;
};
