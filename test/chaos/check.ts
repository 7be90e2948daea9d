import { isUnanswered, type Answer } from './load/history.js';
import { factsOf } from './oracle/facts.js';
import type { Finding } from './oracle/finding.js';
import { readRawLog, type RawRecord } from './oracle/raw-log.js';
import { verify, type LogCounts } from './oracle/verify.js';
import type { Run } from './run.js';
import { EVENTS_TOPIC } from './stack/environment.js';
import { waited } from './waiting.js';

export interface Checked {
  readonly records: readonly RawRecord[];
  readonly counts: LogCounts;
}

const LOOK_EVERY_MS = 1_000;
/** Exit codes of a service that are clear to a supervisor: 70, it cannot go on (src/main.ts). */
const CLEAR_EXIT = 70;
const OUTPUT_LINES_SHOWN = 12;

/** Everything that has to hold after a phase: log, answers, tools. `isBacked` tells which answers the log must back. */
export const check = async (
  run: Run,
  phase: string,
  isBacked: (answer: Answer, records: readonly RawRecord[]) => boolean = () => true,
): Promise<Checked> => {
  const { history, tally, findings } = run;
  const records = await settledLog(run);
  const answers = history.answers.filter((answer) => isBacked(answer, records));
  const { findings: judged, counts } = verify({ records, answers, postgresKillsMs: tally.postgresKillsMs });
  const all = [...judged, ...(await askTools(run)), ...unclearExits(run)];
  // Later phases judge the whole history again: what was known before is not news.
  const news = all.filter(({ what }) => !findings.some((known) => known.what.endsWith(what)));
  findings.push(...news.map(({ kind, what }) => ({ kind, what: `${phase}: ${what}` })));
  const answered = answers.filter((answer) => !isUnanswered(answer)).length;
  run.say(`${phase}: ${answered} answers and ${counts.events} events compared, ${news.length} new findings`);
  return { records, counts };
};

/** The log when everything accepted has ended, or as it stands when that takes too long. */
const settledLog = async ({ servers, profile }: Run): Promise<readonly RawRecord[]> => {
  const deadline = performance.now() + profile.settleMs;
  for (;;) {
    const records = await readRawLog(servers.kafkaBrokers, EVENTS_TOPIC);
    const hasEnded = factsOf(records).findings.every(({ kind }) => kind !== 'unended');
    if (hasEnded || performance.now() > deadline) return records;
    await waited(LOOK_EVERY_MS);
  }
};

const askTools = async ({ tool }: Run): Promise<readonly Finding[]> => {
  const calls = [['audit'], ['rebuild', '--check']];
  const runs = await Promise.all(calls.map((args) => tool.run(...args)));
  return runs.flatMap(({ code, output }, index) => {
    const end = output.trimEnd().split('\n').slice(-OUTPUT_LINES_SHOWN).join('\n');
    const what = `tributary ${calls[index]?.join(' ')} ended with ${code}:\n${end}`;
    return code === 0 ? [] : [{ kind: 'tool', what } as const];
  });
};

const unclearExits = ({ fleet }: Run): readonly Finding[] =>
  fleet.ownExits
    .filter(({ code }) => code !== CLEAR_EXIT)
    .map(({ name, code, signal, lastWords }) => {
      return { kind: 'recovery', what: `${name} ended with code ${code}, signal ${signal}: ${lastWords}` };
    });
