import type { Checked } from './check.js';
import { lostLogPhase, processPhase, serverPhase } from './phases.js';
import { failureText, summaryOf, type Summary } from './report.js';
import { Run, type RunOptions } from './run.js';

export interface Outcome {
  readonly summary: Summary;
  /** null when everything held. */
  readonly failure: string | null;
}

/** One whole run on a stack of its own, from the first start to the last comparison. */
export const runScenario = async (options: RunOptions): Promise<Outcome> => {
  const fromMs = performance.now();
  const run = await Run.open(options);
  let last: Checked | null = null;
  try {
    for (const phase of [processPhase, serverPhase, lostLogPhase]) last = await phase(run);
  } catch (error) {
    const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
    run.findings.push({ kind: 'tool', what: `the run broke off: ${what}` });
  } finally {
    await run.close();
  }
  const summary = summaryOf(run, last, (performance.now() - fromMs) / 1_000);
  return { summary, failure: run.findings.length === 0 ? null : failureText(run, last) };
};
