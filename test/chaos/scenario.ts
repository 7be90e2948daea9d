import type { Checked } from './check.js';
import { lostLogPhase, processPhase, serverPhase } from './phases.js';
import { failureText, keepEvidence, summaryOf, type Summary } from './report.js';
import type { Run } from './run.js';

export interface Outcome {
  readonly summary: Summary;
  /** null when everything held. */
  readonly failure: string | null;
}

/** All phases on an open run, from the first fault to the last comparison; ends the run. */
export const runScenario = async (run: Run): Promise<Outcome> => {
  const fromMs = performance.now();
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
  const hasFailed = run.findings.length > 0;
  const kept = hasFailed || run.options.keepsEvidence ? keepEvidence(run, last) : null;
  if (kept !== null) run.say(`logs, answers and events are in ${kept}`);
  return { summary, failure: hasFailed && kept !== null ? failureText(run, kept) : null };
};
