import { Command, CommanderError } from 'commander';
import { ConfigError } from '../src/config/config.js';
import { addAuditCommand } from './audit.command.js';
import { EXIT, Failure } from './failure.js';
import { addKeysCommand } from './keys.command.js';
import { addMigrateCommand } from './migrate.command.js';
import { addOrgsCommand } from './orgs.command.js';
import { addRebuildCommand } from './rebuild.command.js';
import { addRepairCommand } from './repair.command.js';

const program = new Command('tributary')
  .description('Tools for a Tributary installation. Exit codes: 0 fine, 1 a difference was found, 2 could not run.')
  .exitOverride();
const COMMANDS = [
  addAuditCommand,
  addRebuildCommand,
  addRepairCommand,
  addMigrateCommand,
  addKeysCommand,
  addOrgsCommand,
];
for (const add of COMMANDS) add(program);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.failed;
  else {
    const known = error instanceof Failure || error instanceof ConfigError;
    console.error(known ? error.message : error);
    process.exitCode = EXIT.failed;
  }
}
