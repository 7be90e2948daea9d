import { hash } from 'node:crypto';
import type { Sql } from '../../src/db/database.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { LogCorrupted } from '../../src/log/errors.js';
import { LedgerPublicKeys, type LedgerPublicKey } from '../../src/vault/ledger-key.js';
import type { Connection } from '../connection.js';
import { EXIT, Failure } from '../failure.js';
import { progressBar } from '../progress.js';
import { compareAccounts, compareEntries, wrongRow } from './compare-read-model.js';
import { EntryDigests } from './entry-digests.js';
import { EntryLocator } from './entry-locator.js';
import { LedgerAuditor, type Finding, type LedgerAuditorOptions, type OrgLedger } from './ledger-auditor.js';
import { caughtUp, inSnapshot, isBeyond, projectedEnds } from './read-model-snapshot.js';
import { ENTRIES } from './read-model.js';
import { StatementAuditor } from './statement-auditor.js';
import { endsOf, readTopic, type TopicRead, type TopicReading } from './read-topic.js';

export interface AuditOptions {
  /** It must have credits, or there is nothing to audit. */
  readonly org?: string | undefined;
  /** ISO 8601: only what happened until then counts, and the read model is not compared. */
  readonly at?: string | undefined;
  readonly json: boolean;
}

export interface AuditResult {
  readonly orgs: ReadonlyMap<OrgId, OrgLedger>;
  readonly findings: readonly Finding[];
  /** null when the log itself breaks its rules: a finding says where. */
  readonly read: TopicRead | null;
}

export const exitCodeOf = ({ findings, read }: AuditResult): number =>
  findings.length === 0 && read !== null ? EXIT.ok : EXIT.difference;

/**
 * Recomputes all ledgers from the log and compares the whole read model of credits with them.
 * @throws Failure when `at` is no instant, or the log knows nothing of `org`
 */
export const audit = async (connection: Connection, options: AuditOptions): Promise<AuditResult> => {
  const atMs = options.at === undefined ? null : Date.parse(options.at);
  if (atMs !== null && Number.isNaN(atMs)) throw new Failure('--at must be ISO 8601');
  const keys = await new LedgerPublicKeys(connection.database).all();
  const auditing = new Audit(connection, { atMs, json: options.json, keys });
  const read = await auditing.readOn({});
  if (options.org !== undefined && read !== null && !auditing.orgs.has(options.org as OrgId)) {
    throw new Failure(`org ${options.org} is not in the log${options.at === undefined ? '' : ` until ${options.at}`}`);
  }
  return atMs !== null || read === null ? auditing.result(read) : auditing.compared(read);
};

const NO_ORG = '-' as OrgId;
const sha256 = (text: string): string => hash('sha256', text);

interface AuditSettings {
  readonly atMs: number | null;
  readonly json: boolean;
  /** Those that may have signed statements. */
  readonly keys: readonly LedgerPublicKey[];
}

class Audit {
  private readonly digests = new EntryDigests(sha256);
  private readonly auditor: LedgerAuditor;
  private readonly statements: StatementAuditor;

  constructor(
    private readonly connection: Connection,
    private readonly options: AuditSettings,
  ) {
    this.statements = new StatementAuditor(sha256, options.keys);
    this.auditor = this.auditorWith((event, ledger) =>
      this.digests.add(event.orgId, ENTRIES.expected({ event, ledger })),
    );
  }

  get orgs(): ReadonlyMap<OrgId, OrgLedger> {
    return this.auditor.orgs;
  }

  result(read: TopicRead | null, findings: readonly Finding[] = []): AuditResult {
    const { auditor, statements } = this;
    return { orgs: auditor.orgs, findings: [...auditor.findings, ...statements.findings, ...findings], read };
  }

  /** null when the log itself breaks its rules. */
  async readOn(where: Pick<TopicReading, 'after' | 'until'>): Promise<TopicRead | null> {
    const { atMs } = this.options;
    try {
      return await this.read('reading the log', where, (events) => {
        for (const event of events) {
          if (atMs !== null && Date.parse(event.time) > atMs) continue;
          this.auditor.read(event);
          this.statements.read(event);
        }
      });
    } catch (error) {
      if (!(error instanceof LogCorrupted)) throw error;
      const { partition, offset, message } = error;
      this.auditor.findings.push({ orgId: NO_ORG, partition, offset, problem: message });
      return null;
    }
  }

  /** The tables as of one instant, with what the log held when they were written: no row may differ then. */
  async compared(first: TopicRead): Promise<AuditResult> {
    const { database } = this.connection;
    await caughtUp(database, endsOf(first));
    return inSnapshot(database, async (sql) => {
      const until = await projectedEnds(sql, first.fences.length);
      if (!isBeyond(until, endsOf(first))) return this.result(first, [wrongRow(NO_ORG, BEHIND)]);
      const read = await this.readOn({ after: first, until });
      if (read === null) return this.result(null);
      if (!isBeyond(endsOf(read), until)) return this.result(read, [wrongRow(NO_ORG, AHEAD)]);
      return this.result(read, await this.differences(sql, until));
    });
  }

  private async differences(sql: Sql, until: readonly bigint[]): Promise<readonly Finding[]> {
    const accounts = await compareAccounts(sql, this.orgs);
    const { findings, wrong } = await compareEntries(sql, this.orgs, { expected: this.digests, sha256 });
    return [...accounts, ...findings, ...(wrong.size === 0 ? [] : await this.located(sql, { wrong, until }))];
  }

  /** A digest does not say which entry is wrong: the log is read again for that, and only then. */
  private async located(
    sql: Sql,
    { wrong, until }: { readonly wrong: ReadonlySet<OrgId>; readonly until: readonly bigint[] },
  ): Promise<readonly Finding[]> {
    const locator = new EntryLocator(sql, wrong);
    const auditor = this.auditorWith(locator.onEntry);
    await this.read('looking for the entries', { until }, async (events) => {
      for (const event of events) auditor.read(event);
      await locator.compare();
    });
    return locator.findings;
  }

  private auditorWith(onEntry: LedgerAuditorOptions['onEntry']): LedgerAuditor {
    return new LedgerAuditor({ sha256, unit: this.connection.config.unit, onEntry });
  }

  private async read(
    label: string,
    where: Pick<TopicReading, 'after' | 'until'>,
    onEvents: TopicReading['onEvents'],
  ): Promise<TopicRead> {
    const { log, topics } = this.connection;
    const progress = progressBar(label, this.options.json);
    const onProgress = (done: number, total: number): void => progress.update(done, total);
    try {
      return await readTopic({ log, topic: topics.events, ...where, onEvents, onProgress });
    } finally {
      progress.stop();
    }
  }
}

const BEHIND = 'the read model is behind the log: do the projections run?';
const AHEAD = 'the read model has passed more than the log holds';
