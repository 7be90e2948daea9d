import { isUnanswered, type Answer } from '../load/history.js';
import { compareAnswers } from './answers.js';
import { factsOf } from './facts.js';
import type { Finding } from './finding.js';
import type { RawRecord } from './raw-log.js';
import { compareWithEachOther } from './sequences.js';

export interface Observed {
  /** The events topic from offset 0, ordered per partition. */
  readonly records: readonly RawRecord[];
  /** Only those that the log still has to back. */
  readonly answers: readonly Answer[];
  readonly postgresKillsMs: readonly number[];
}

/** What the log held, for the summary of a run. */
export interface LogCounts {
  readonly records: number;
  readonly events: number;
  readonly claims: number;
  readonly voids: number;
  readonly duplicates: number;
  readonly enrichments: number;
  readonly outcomes: Readonly<Record<string, number>>;
}

export interface Verdict {
  readonly findings: readonly Finding[];
  readonly counts: LogCounts;
}

/** The judge of a run: the log by itself, every answer against the log, the answers against each other. */
export const verify = ({ records, answers, postgresKillsMs }: Observed): Verdict => {
  const facts = factsOf(records);
  const { claims, voids, duplicates, events } = facts.reading;
  const lives = [...facts.lives.byId.values()];
  const findings = [
    ...facts.findings,
    ...compareAnswers(answers, facts),
    ...compareWithEachOther(
      answers.filter((answer) => !isUnanswered(answer)),
      postgresKillsMs,
    ),
  ];
  const outcomes = countBy(lives.map(({ outcome }) => outcome ?? 'open'));
  const counts = { records: records.length, events: events.length, claims, voids, duplicates };
  return { findings, counts: { ...counts, enrichments: lives.length, outcomes } };
};

export const countBy = (names: readonly string[]): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
};
