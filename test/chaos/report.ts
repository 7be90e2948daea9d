import { cpSync, existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Checked } from './check.js';
import { isUnanswered } from './load/history.js';
import { FINDING_KINDS, type FindingKind } from './oracle/finding.js';
import { countBy } from './oracle/verify.js';
import type { Run } from './run.js';

/** One line of JSON at the end of a run. */
export interface Summary extends Readonly<Record<FindingKind, number>> {
  readonly seed: number;
  readonly seconds: number;
  readonly sent: number;
  readonly acked: number;
  readonly retried: number;
  readonly refused: number;
  readonly kills: number;
  readonly freezes: number;
  readonly postgresKills: number;
  readonly brokerKills: number;
  readonly ownExits: number;
  readonly [other: string]: unknown;
}

/** `last`: of the last phase that was checked. */
export const summaryOf = (run: Run, last: Checked | null, seconds: number): Summary => {
  const { answers } = run.history;
  const { kills, freezes, brokerKills, postgresKillsMs } = run.tally;
  const found = countBy(run.findings.map(({ kind }) => kind));
  const kinds = Object.fromEntries(FINDING_KINDS.map((kind) => [kind, found[kind] ?? 0])) as Record<
    FindingKind,
    number
  >;
  const acked = answers.filter((answer) => !isUnanswered(answer)).length;
  return {
    seed: run.options.seed,
    seconds: Math.round(seconds),
    sent: answers.length,
    acked,
    retried: answers.length - acked,
    refused: answers.filter(({ status }) => status === 402).length,
    kills,
    freezes,
    postgresKills: postgresKillsMs.length,
    brokerKills,
    ownExits: run.fleet.ownExits.length,
    ...last?.counts,
    ...kinds,
    rate: Math.round(acked / seconds),
  };
};

const ANSWERS_SHOWN = 15;
const FINDINGS_SHOWN = 25;

/** What a person needs to look into a failed run. `kept`: the folder of its evidence. */
export const failureText = (run: Run, kept: string): string => {
  const { findings, history, options } = run;
  const shown = findings.slice(0, FINDINGS_SHOWN).map(({ kind, what }) => `- ${kind}: ${what}`);
  const more = findings.length > shown.length ? [`- and ${findings.length - shown.length} more`] : [];
  const tail = history.answers.slice(-ANSWERS_SHOWN).map((answer) => `  ${JSON.stringify(answer, withoutNulls)}`);
  return [
    `chaos with seed ${options.seed} has ${findings.length} findings:`,
    ...shown,
    ...more,
    `the last answers of ${history.answers.length}:`,
    ...tail,
    `logs of processes and servers, all answers and the log are kept in ${kept}`,
  ].join('\n');
};

const withoutNulls = (_: string, value: unknown): unknown => value ?? undefined;

const SERVER_LOGS = ['kafka/broker.log', 'kafka/broker.log.1', 'postgres/postgres.log', 'postgres/postgres.log.1'];

/** Copies what a person may want to look at to a folder that outlives the run, and returns it. */
export const keepEvidence = (run: Run, last: Checked | null): string => {
  const { folder, seed } = run.options;
  const kept = mkdtempSync(join(tmpdir(), `tributary-chaos-${seed}-`));
  cpSync(join(folder, 'logs'), kept, { recursive: true });
  for (const log of SERVER_LOGS) {
    if (existsSync(join(folder, log))) cpSync(join(folder, log), join(kept, log.replace('/', '-')));
  }
  writeLines(join(kept, 'findings.ndjson'), run.findings);
  writeLines(join(kept, 'answers.ndjson'), run.history.answers);
  writeLines(join(kept, 'events.ndjson'), last?.records ?? []);
  return kept;
};

const writeLines = (file: string, values: readonly unknown[]): void =>
  writeFileSync(file, values.map((value) => `${JSON.stringify(value)}\n`).join(''));
