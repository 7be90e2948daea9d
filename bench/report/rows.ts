import type { Figures } from '../lab/processes.js';
import type { AcceptRound } from '../parts/accept.js';
import type { AloneRound } from '../parts/alone.js';
import type { BulkFigures } from '../parts/bulk.js';
import type { EndToEndRound } from '../parts/end-to-end.js';
import type { GrowthFigures, GrowthPoint } from '../parts/growth.js';
import type { OverloadRound } from '../parts/overload.js';
import type { ReadRound } from '../parts/reads.js';
import type { Results } from './results.js';
import { spreadOf, type Spread, type Target } from './statistics.js';

/** A line of the table. */
export interface Row {
  readonly title: string;
  readonly unit: string;
  readonly reached: Spread;
  /** The peer in the same rounds, when there is one. */
  readonly peer: Spread | null;
  /** Service divided by peer, round by round. */
  readonly ratio: Spread | null;
  readonly target: Target | null;
  readonly targetOf: 'ratio' | 'reached';
}

interface Pair {
  readonly ours: number;
  readonly theirs: number;
}

const compared = (title: string, unit: string, pairs: readonly Pair[]): Row => ({
  title,
  unit,
  reached: spreadOf(pairs.map(({ ours }) => ours)),
  peer: spreadOf(pairs.map(({ theirs }) => theirs)),
  ratio: spreadOf(pairs.map(({ ours, theirs }) => ours / theirs)),
  target: null,
  targetOf: 'ratio',
});

const alone = (title: string, unit: string, values: readonly number[]): Row => ({
  title,
  unit,
  reached: spreadOf(values),
  peer: null,
  ratio: null,
  target: null,
  targetOf: 'reached',
});

const atLeast = (row: Row, value: number, targetOf: Row['targetOf']): Row => ({
  ...row,
  targetOf,
  target: { bound: 'at least', value },
});
const atMost = (row: Row, value: number): Row => ({ ...row, targetOf: 'reached', target: { bound: 'at most', value } });

const acceptRows = (rounds: readonly AcceptRound[]): readonly Row[] => {
  const pairs = (figure: (of: AcceptRound['service']) => number) =>
    rounds.map(({ service, peer }) => ({ ours: figure(service), theirs: figure(peer) }));
  const maximum = pairs(({ maxPerSecond }) => maxPerSecond);
  const hot = rounds.map(({ hotPerSecond, peer }) => ({ ours: hotPerSecond, theirs: peer.maxPerSecond }));
  return [
    atLeast(compared('accept, many orgs, maximum', '/s', maximum), 0.5, 'ratio'),
    compared('accept, one hot org, maximum', '/s', hot),
    atMost(
      compared(
        'accept p50 at a quarter of the maximum',
        'ms',
        pairs(({ quarter }) => quarter.p50),
      ),
      10,
    ),
    atMost(
      compared(
        'accept p99 at a quarter of the maximum',
        'ms',
        pairs(({ quarter }) => quarter.p99),
      ),
      80,
    ),
  ];
};

const overloadRows = (rounds: readonly OverloadRound[]): readonly Row[] => [
  alone(
    'goodput at twice the maximum',
    '/s',
    rounds.map(({ goodPerSecond }) => goodPerSecond),
  ),
  atLeast(
    alone(
      'goodput at twice the maximum, of the maximum',
      '×',
      rounds.map(({ goodPerSecond, maxPerSecond }) => goodPerSecond / maxPerSecond),
    ),
    0.8,
    'reached',
  ),
  alone(
    'p99 of what was accepted at twice the maximum',
    'ms',
    rounds.map(({ p99 }) => p99),
  ),
];

const wayRows = (rounds: readonly EndToEndRound[]): readonly Row[] => {
  const pairs = rounds.map(({ service, peer }) => ({ ours: service.perSecond, theirs: peer.perSecond }));
  const processes = Object.keys(rounds[0]?.service.cpuUsPerEnrichment ?? {});
  const cpuRows = processes.map((name) => {
    const ours = rounds.map(({ service }) => service.cpuUsPerEnrichment[name] ?? 0);
    const row = alone(`CPU per enrichment, ${name}`, 'µs', ours);
    const theirName = name === 'service' ? 'peer' : name;
    const theirs = rounds.map(({ peer }) => peer.cpuUsPerEnrichment[theirName]);
    return theirs.some((one) => one === undefined) ? row : { ...row, peer: spreadOf(theirs.map((one) => one ?? 0)) };
  });
  return [atLeast(compared('end to end, instant sandbox', '/s', pairs), 1_000, 'reached'), ...cpuRows];
};

const bulkRows = (rounds: readonly BulkFigures[]): readonly Row[] => {
  if (rounds.length === 0) return [];
  const batches = rounds.flatMap(({ steps }) => steps.filter(({ perRequest, orgs }) => perRequest === 100 && orgs > 1));
  const ended = batches.map(({ endedPerSecond }) => endedPerSecond);
  return [atLeast(alone('end to end from batches of 100', '/s', ended), 2_500, 'reached')];
};

const aloneRows = (rounds: readonly AloneRound[]): readonly Row[] => {
  if (rounds.length === 0) return [];
  const pairs = rounds.map(({ servicePerSecond, peerPerSecond }) => ({
    ours: servicePerSecond,
    theirs: peerPerSecond,
  }));
  const people = rounds.map(({ bulkPeoplePerSecond }) => bulkPeoplePerSecond);
  return [
    atLeast(compared('accept, nothing working behind it', '/s', pairs), 0.5, 'ratio'),
    atLeast(alone('bulks of 1,000, nothing working behind them', 'people/s', people), 10_000, 'reached'),
  ];
};

const readRows = (rounds: readonly ReadRound[]): readonly Row[] => {
  const pairs = rounds.map(({ servicePerSecond, peerPerSecond }) => ({
    ours: servicePerSecond,
    theirs: peerPerSecond,
  }));
  const ids = rounds.map(({ queryIdsPerSecond, servicePerSecond }) => ({
    ours: queryIdsPerSecond,
    theirs: servicePerSecond,
  }));
  return [
    atLeast(compared('GET by person', '/s', pairs), 0.6, 'ratio'),
    atLeast(compared('batch/query of 100, next to our own GET', 'ids/s', ids), 4, 'ratio'),
  ];
};

const resourceRows = ({ resources }: Results): readonly Row[] => {
  if (resources === null) return [];
  const { loadedMemoryMb, restingMemoryMb, idleCpuPercent, stored } = resources;
  return [
    ...processRows(`memory at rest, ${stored} stored`, 'MB', { figures: restingMemoryMb, serviceMax: 300 }),
    ...processRows('memory right after the load', 'MB', { figures: loadedMemoryMb }),
    ...processRows('CPU with nothing to do', '% core', { figures: idleCpuPercent, serviceMax: 2 }),
  ];
};

interface OfProcesses {
  readonly figures: Figures;
  readonly serviceMax?: number;
}

const processRows = (title: string, unit: string, { figures, serviceMax }: OfProcesses): readonly Row[] =>
  Object.entries(figures)
    .filter(([name]) => name !== 'generator')
    .map(([name, figure]) => {
      const row = alone(`${title}, ${name}`, unit, [figure]);
      return name === 'service' && serviceMax !== undefined ? atMost(row, serviceMax) : row;
    });

/** Of service, Postgres and broker together. */
const costsOf = ({ cpuUsPerEnrichment }: GrowthPoint): readonly number[] =>
  cpuUsPerEnrichment.map(({ generator: _, ...servers }) => Object.values(servers).reduce((sum, us) => sum + us, 0));

const growthRows = ({ from, to }: GrowthFigures): readonly Row[] => {
  // Of the cheapest round: the service is still warming up at the first point, which must not flatter the second.
  const basis = spreadOf(costsOf(from)).min;
  const costs = [from, to].map((point) =>
    alone(`CPU per enrichment at ${point.stored} stored, without the generator`, 'µs', costsOf(point)),
  );
  const grown = costsOf(to).map((cost) => cost / basis);
  return [...costs, atMost(alone(`cost at ${to.stored} stored, of that at ${from.stored}`, '×', grown), 1.15)];
};

/** Only what was measured. */
export const rowsOf = (results: Results): readonly Row[] => [
  ...(results.accept.length > 0 ? acceptRows(results.accept) : []),
  ...(results.overload.length > 0 ? overloadRows(results.overload) : []),
  ...(results.endToEnd.length > 0 ? wayRows(results.endToEnd) : []),
  ...bulkRows(results.bulk),
  ...(results.reads.length > 0 ? readRows(results.reads) : []),
  ...(results.rebuild.length > 0
    ? [
        atLeast(
          alone(
            'rebuild',
            'events/s',
            results.rebuild.map(({ perSecond }) => perSecond),
          ),
          30_000,
          'reached',
        ),
      ]
    : []),
  ...resourceRows(results),
  ...aloneRows(results.alone),
  ...(results.growth === null ? [] : growthRows(results.growth)),
];
