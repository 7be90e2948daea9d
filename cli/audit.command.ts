import { hash } from 'node:crypto';
import type { Command } from 'commander';
import type { OrgId } from '../src/domain/kernel/ids.js';
import { LogCorrupted } from '../src/log/errors.js';
import { sleep, systemClock } from '../src/observability/clock.js';
import { compareReadModel } from './audit/compare-read-model.js';
import { LedgerAuditor, type Finding } from './audit/ledger-auditor.js';
import { readTopic, type TopicRead } from './audit/read-topic.js';
import { projectedBeyond } from './audit/projected-beyond.js';
import { verifyExportFile } from './audit/verify-export-file.js';
import { withConnection, type Connection } from './connection.js';
import { EXIT, Failure } from './failure.js';
import { print, table } from './output.js';
import { progressBar } from './progress.js';

interface AuditOptions {
  readonly org?: string;
  readonly at?: string;
  readonly json: boolean;
  readonly verifyExport?: string;
}

const FINDINGS_SHOWN_MAX = 50;
/** How long the read model may need to pass what the log held when it was read. */
const CATCH_UP_MS = 10_000;
const CATCH_UP_POLL_MS = 100;

export const addAuditCommand = (program: Command): void => {
  program
    .command('audit')
    .description('recompute every credit balance from the log and compare it with the read model')
    .option('--org <id>', 'show only this org')
    .option('--at <instant>', 'balances as of then, ISO 8601 (the read model is then not compared)')
    .option('--verify-export <file>', 'check a file of GET /api/v1/credits/export instead, offline')
    .option('--json', 'output for programs', false)
    .action(async (options: AuditOptions) => {
      const { verifyExport: file, json } = options;
      process.exitCode =
        file === undefined
          ? await withConnection((connection) => audit(connection, options))
          : await verifyExportFile(file, json);
    });
};

const audit = async (connection: Connection, options: AuditOptions): Promise<number> => {
  const atMs = options.at === undefined ? null : Date.parse(options.at);
  if (atMs !== null && Number.isNaN(atMs)) throw new Failure('--at must be ISO 8601');
  const auditor = new LedgerAuditor((text) => hash('sha256', text), connection.config.unit);
  const read = await readLedgers(connection, { auditor, atMs, json: options.json });
  const findings: Finding[] = [...auditor.findings];
  if (atMs === null && read !== null) findings.push(...(await compared(connection, auditor, read)));
  report({ auditor, findings, read, options });
  return findings.length === 0 && read !== null ? EXIT.ok : EXIT.difference;
};

/** null when the log itself breaks its rules: the finding says where. */
const readLedgers = async (
  { log, topics }: Connection,
  { auditor, atMs, json }: { auditor: LedgerAuditor; atMs: number | null; json: boolean },
): Promise<TopicRead | null> => {
  const progress = progressBar('reading the log', json);
  try {
    return await readTopic({
      log,
      topic: topics.events,
      onEvents: (events) => {
        for (const event of events) if (atMs === null || Date.parse(event.time) <= atMs) auditor.read(event);
      },
      onProgress: (done, total) => progress.update(done, total),
    });
  } catch (error) {
    if (!(error instanceof LogCorrupted)) throw error;
    const { partition, offset, message } = error;
    auditor.findings.push({ orgId: '-' as OrgId, partition, offset, problem: message });
    return null;
  } finally {
    progress.stop();
  }
};

const compared = async ({ database }: Connection, auditor: LedgerAuditor, read: TopicRead): Promise<Finding[]> => {
  const until = systemClock.now() + CATCH_UP_MS;
  while (!(await projectedBeyond(database, read.ends))) {
    if (systemClock.now() > until) {
      const problem = 'the read model is behind the log: do the projections run?';
      return [{ orgId: '-' as OrgId, partition: -1, offset: null, problem }];
    }
    await sleep(systemClock, CATCH_UP_POLL_MS);
  }
  return compareReadModel(database, auditor.orgs);
};

interface Report {
  readonly auditor: LedgerAuditor;
  readonly findings: readonly Finding[];
  readonly read: TopicRead | null;
  readonly options: AuditOptions;
}

const report = ({ auditor, findings, read, options }: Report): void => {
  const ledgers = [...auditor.orgs].filter(([orgId]) => options.org === undefined || orgId === options.org);
  const orgs = ledgers.map(([orgId, { entry, hash: head, balance, reserved, open }]) => {
    return { orgId, entries: entry, balance, reserved, available: balance - reserved, open: open.size, hash: head };
  });
  const head = ['org', 'entries', 'balance', 'reserved', 'available', 'chain head'];
  const rows = orgs.map((org) =>
    [org.orgId, org.entries, org.balance, org.reserved, org.available, org.hash.slice(0, 16)].map(String),
  );
  const counted = `${read?.records ?? 0} records, ${read?.events ?? 0} events, ${orgs.length} orgs`;
  const verdict = findings.length === 0 ? 'every chain and every balance holds' : `${findings.length} findings`;
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX).map(({ orgId, partition, offset, problem }) => {
    return `  ${orgId} partition ${partition}${offset === null ? '' : ` offset ${offset}`}: ${problem}`;
  });
  const value = { ok: findings.length === 0, records: read?.records ?? 0, events: read?.events ?? 0, orgs, findings };
  print(options.json, value, [...table([head, ...rows]), '', `${counted}: ${verdict}`, ...shown]);
};
