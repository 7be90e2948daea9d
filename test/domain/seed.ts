/** A fresh seed per run, printed, so that a failure can be played again with FC_SEED. */
export const seed = Number(process.env['FC_SEED'] ?? Date.now() % 2 ** 31);

export const printSeed = (spec: string): void => {
  process.stdout.write(`${spec}: FC_SEED=${seed}\n`);
};

/** How many runs a property gets; FC_TIMES=20 looks that much longer. */
export const runs = (numRuns: number): number => numRuns * Number(process.env['FC_TIMES'] ?? 1);
