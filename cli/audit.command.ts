import type { Command } from 'commander';
import { audit, exitCodeOf, type AuditOptions, type AuditResult } from './audit/audit.js';
import { lineOf } from './audit/finding-line.js';
import { verifyExportFile } from './audit/verify-export-file.js';
import { withConnection } from './connection.js';
import { print, table } from './output.js';

interface CommandOptions extends AuditOptions {
  readonly verifyExport?: string;
  readonly keys?: string;
}

const FINDINGS_SHOWN_MAX = 50;

export const addAuditCommand = (program: Command): void => {
  program
    .command('audit')
    .description('recompute every credit balance from the log and compare it with the read model')
    .option('--org <id>', 'show only this org')
    .option('--at <instant>', 'balances as of then, ISO 8601 (the read model is then not compared)')
    .option('--verify-export <file>', 'check a file of GET /api/v1/credits/export instead, offline')
    .option('--keys <file>', 'with --verify-export: the answer of GET /api/v1/credits/keys; only these may have signed')
    .option('--json', 'output for programs', false)
    .action(async (options: CommandOptions) => {
      const { verifyExport: file, keys, json } = options;
      process.exitCode =
        file === undefined
          ? await withConnection(async (connection) => {
              const result = await audit(connection, options);
              report(result, options);
              return exitCodeOf(result);
            })
          : await verifyExportFile(file, { json, ...(keys !== undefined && { keys }) });
    });
};

const report = (result: AuditResult, options: CommandOptions): void => {
  const { findings, read } = result;
  const ledgers = [...result.orgs].filter(([orgId]) => options.org === undefined || orgId === options.org);
  const orgs = ledgers.map(([orgId, { entry, hash: head, balance, reserved, open }]) => {
    return { orgId, entries: entry, balance, reserved, available: balance - reserved, open: open.size, hash: head };
  });
  const head = ['org', 'entries', 'balance', 'reserved', 'available', 'chain head'];
  const rows = orgs.map((org) =>
    [org.orgId, org.entries, org.balance, org.reserved, org.available, org.hash.slice(0, 16)].map(String),
  );
  const counted = `${read?.records ?? 0} records, ${read?.events ?? 0} events, ${orgs.length} orgs`;
  const verdict = findings.length === 0 ? 'every chain and every balance holds' : `${findings.length} findings`;
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX).map(lineOf);
  const value = { ok: findings.length === 0, records: read?.records ?? 0, events: read?.events ?? 0, orgs, findings };
  print(options.json, value, [...table([head, ...rows]), '', `${counted}: ${verdict}`, ...shown]);
};
