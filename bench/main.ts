import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openLab } from './lab/lab.js';
import { optionsFrom } from './options.js';
import { runAll } from './run.js';
import { textOf } from './report/text.js';

/** Measures the service next to its peers, prints the table and keeps the raw numbers in `bench/results`. */
const RESULTS = join('bench', 'results');

const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => reject(new Error(`ended by ${signal}`)));
});

// It may come while the servers start: then the race below sees it as soon as they have.
interrupted.catch(() => undefined);

const main = async (): Promise<void> => {
  const options = optionsFrom(process.argv.slice(2));
  const lab = await openLab(options);
  try {
    const results = await Promise.race([runAll(lab), lab.failed, interrupted]);
    const name = `${results.startedAt.replaceAll(':', '').slice(0, 17)}${options.quick ? '-quick' : ''}.json`;
    mkdirSync(RESULTS, { recursive: true });
    writeFileSync(join(RESULTS, name), `${JSON.stringify(results, null, 1)}\n`);
    console.log(`\n${textOf(results)}\n\nraw rounds: ${join(RESULTS, name)}`);
  } catch (error) {
    // What the service has logged often tells why.
    console.error(lab.service.child.lines);
    throw error;
  } finally {
    await lab.stop();
  }
};

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : error, '\nno numbers: the run did not end well');
    process.exit(1);
  },
);
