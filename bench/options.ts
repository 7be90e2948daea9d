import { parseArgs } from 'node:util';

/** What is measured unless `--only` says otherwise. */
const USUAL_PARTS = ['accept', 'overload', 'end-to-end', 'bulk', 'reads', 'rebuild', 'resources', 'alone'] as const;
/** `growth` takes most of half an hour, and needs an installation in which nothing is stored yet. */
export const PARTS = [...USUAL_PARTS, 'growth'] as const;
export type Part = (typeof PARTS)[number];

/** How much of everything is done; all counts are per round and contender. */
export interface Sizes {
  /** Orgs that share the single accepts; the hot org is one more. */
  readonly orgs: number;
  readonly manyOrgs: number;
  readonly acceptRequests: number;
  readonly hotRequests: number;
  readonly acceptConnections: number;
  readonly quarterSeconds: number;
  readonly ladderSeconds: number;
  /** Parts of the maximum that are offered one after the other. */
  readonly ladder: readonly number[];
  readonly overloadSeconds: number;
  /** More than the service lets in at once, so that it has to choose. */
  readonly overloadConnections: number;
  readonly people: number;
  readonly peopleConcurrency: number;
  /** Per step of the ladder of bulks. */
  readonly bulkPeople: number;
  readonly readConnections: number;
  readonly readSeconds: number;
  /** Enrichments that must be stored before memory, reads and the rebuild are measured. */
  readonly storedMin: number;
  readonly idleSeconds: number;
  /** Enrichments stored when growth is measured first, and when it is measured again. */
  readonly growthFrom: number;
  readonly growthTo: number;
  /** People of each load that is measured at either. */
  readonly growthPeople: number;
}

export interface BenchOptions {
  /** Rounds that count; one more is run first and thrown away. */
  readonly rounds: number;
  readonly parts: ReadonlySet<Part>;
  readonly quick: boolean;
  readonly sizes: Sizes;
  /** `shipped`: the flags of `npm start` (C1, SerialGC). `server`: C2 and G1, as in production. */
  readonly brokerJvm: 'shipped' | 'server';
  /** Where the service writes a CPU profile when it ends. */
  readonly cpuProfileDir: string | null;
}

const FULL: Sizes = {
  orgs: 50,
  manyOrgs: 5_000,
  acceptRequests: 12_000,
  hotRequests: 6_000,
  acceptConnections: 256,
  quarterSeconds: 10,
  ladderSeconds: 5,
  ladder: [0.1, 0.25, 0.5, 0.7, 0.8, 0.9, 1, 1.1, 1.2],
  overloadSeconds: 8,
  overloadConnections: 3_000,
  people: 10_000,
  peopleConcurrency: 192,
  bulkPeople: 20_000,
  readConnections: 64,
  readSeconds: 6,
  storedMin: 100_000,
  idleSeconds: 10,
  growthFrom: 10_000,
  growthTo: 1_000_000,
  growthPeople: 5_000,
};

const QUICK: Sizes = {
  ...FULL,
  orgs: 10,
  manyOrgs: 200,
  acceptRequests: 1_000,
  hotRequests: 500,
  quarterSeconds: 1.5,
  ladderSeconds: 1,
  ladder: [0.25, 1],
  overloadSeconds: 2,
  people: 1_000,
  bulkPeople: 4_000,
  readSeconds: 1,
  storedMin: 0,
  idleSeconds: 3,
  growthFrom: 1_000,
  growthTo: 4_000,
  growthPeople: 500,
};

const ROUNDS = 3;

export const USAGE = `npm run bench -- [--rounds N] [--quick] [--only ${PARTS.join(',')}] [--stored N] [--broker shipped|server] [--cpu-prof DIR]`;

/** @throws Error that says what is wrong with the arguments */
export const optionsFrom = (args: readonly string[]): BenchOptions => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: USUAL_PARTS.join(',') },
      stored: { type: 'string' },
      broker: { type: 'string', default: 'shipped' },
      'cpu-prof': { type: 'string' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 1 : ROUNDS));
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--rounds takes a whole number from 1\n${USAGE}`);
  if (values.broker !== 'shipped' && values.broker !== 'server') throw new Error(USAGE);
  return {
    rounds,
    parts: partsFrom(values.only),
    quick: values.quick,
    sizes: sizesFrom(values.quick ? QUICK : FULL, values.stored),
    brokerJvm: values.broker,
    cpuProfileDir: values['cpu-prof'] ?? null,
  };
};

const sizesFrom = (sizes: Sizes, stored: string | undefined): Sizes => {
  const growthTo = Number(stored ?? sizes.growthTo);
  if (!Number.isInteger(growthTo) || growthTo < sizes.growthFrom)
    throw new Error(`--stored takes a whole number from ${sizes.growthFrom}\n${USAGE}`);
  return { ...sizes, growthTo };
};

const partsFrom = (text: string): ReadonlySet<Part> => {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.filter((name) => !PARTS.includes(name as Part));
  if (unknown.length > 0) throw new Error(`--only does not know ${unknown.join(', ')}\n${USAGE}`);
  if (names.length > 1 && names.includes('growth')) throw new Error('growth is measured alone: --only growth');
  return new Set(names as Part[]);
};
