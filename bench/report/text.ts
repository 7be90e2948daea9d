import { table } from '../../cli/output.js';
import type { RateStep } from '../parts/accept.js';
import type { GrowthPoint } from '../parts/growth.js';
import type { Results } from './results.js';
import { rowsOf, type Row } from './rows.js';
import { meets, spreadOf, type Spread } from './statistics.js';

/** What a person reads at the end. */
export const textOf = (results: Results): string =>
  [
    ...headOf(results),
    '',
    ...table([HEAD, ...rowsOf(results).map(lineOf)]),
    '',
    ...ladderLines(results),
    ...shedLines(results),
    ...bulkLines(results),
    ...growthLines(results),
    ...slowestLines(results),
    ...warningsOf(results),
    `audit: ${results.audit.events} events, ${results.audit.orgs} orgs, every chain and every balance holds`,
  ].join('\n');

const headOf = ({ machine, versions, durability, before, after, generatorSelfTest }: Results): readonly string[] => [
  `${machine.git}, ${machine.cores} × ${machine.cpu}, Node ${machine.node}, ${machine.java}, Linux ${machine.kernel}`,
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', '),
  `load average ${before.loadAverage} before, ${after.loadAverage} after`,
  ...Object.entries(durability).map(([contender, what]) => `${contender}: ${what}`),
  `generator: a server frozen for 500 ms shows as p99 ${shown(generatorSelfTest.p99)} ms`,
];

const HEAD = ['', 'unit', 'median', 'min–max', 'peer', 'ratio', 'min–max', 'target', ''];

const lineOf = (row: Row): string[] => {
  const { title, unit, reached, peer, ratio, target, targetOf } = row;
  const judged = targetOf === 'ratio' ? ratio : reached;
  const wanted =
    target === null
      ? ''
      : `${target.bound === 'at least' ? '≥' : '≤'} ${shown(target.value)}${targetOf === 'ratio' ? '×' : ''}`;
  const verdict = target === null || judged === null ? '' : meets(target, judged) ? 'PASS' : 'below';
  return [
    title,
    unit,
    shown(reached.median),
    rangeOf(reached),
    peer === null ? '' : shown(peer.median),
    ratio === null ? '' : `${shown(ratio.median)}×`,
    ratio === null ? '' : rangeOf(ratio),
    wanted,
    verdict,
  ];
};

const GROWTH_LINES = 20;

const shown = (value: number): string => {
  if (value >= 1_000) return Math.round(value).toLocaleString('en');
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
};

const rangeOf = ({ min, max }: Spread): string => (min === max ? '' : `${shown(min)}–${shown(max)}`);

const ladderLines = ({ ladder }: Results): readonly string[] => {
  if (ladder === null) return [];
  const head = [
    'accept, open loop',
    'part',
    'offered/s',
    'answered/s',
    'p50 ms',
    'p99 ms',
    'p99.9 ms',
    'failed',
    'generator late p99 ms',
  ];
  const lines = (name: string, steps: readonly RateStep[]) => steps.map((step) => stepLine(name, step));
  return [...table([head, ...lines('service', ladder.service), ...lines('outbox peer', ladder.peer)]), ''];
};

const stepLine = (name: string, step: RateStep): string[] => [
  name,
  `${Math.round(step.part * 100)} %`,
  ...[step.offeredPerSecond, step.answeredPerSecond, step.p50, step.p99, step.p999].map(shown),
  Object.entries(step.failed)
    .map(([why, count]) => `${count}×${why}`)
    .join(' ') || '0',
  shown(step.generatorLagP99Ms),
];

/** Of the last round. */
const bulkLines = ({ bulk }: Results): readonly string[] => {
  const steps = bulk.at(-1)?.steps ?? [];
  if (steps.length === 0) return [];
  const head = [
    'people per request',
    'orgs',
    'accepted/s',
    'ended/s',
    'p50 ms',
    'p99 ms',
    'longest work of the loop, ms',
    'longest pause',
    'of an idle process',
    'service µs each',
  ];
  const lines = steps.map((step) => [
    ...[step.perRequest, step.orgs].map(String),
    ...[step.acceptedPerSecond, step.endedPerSecond, step.requestP50Ms, step.requestP99Ms].map(shown),
    ...[step.loopWorkMaxMs, step.eventLoopMaxMs, step.idleLoopMaxMs, step.cpuUsPerEnrichment.service ?? NaN].map(shown),
  ]);
  return [...table([head, ...lines]), ''];
};

/** Each process at both ends, and about twenty pieces of the way between them: where the cost grows, and when. */
const growthLines = ({ growth }: Results): readonly string[] => {
  if (growth === null) return [];
  const { from, to, steps } = growth;
  const processes = Object.keys(to.cpuUsPerEnrichment[0] ?? {});
  const point = ({ stored, cpuUsPerEnrichment }: GrowthPoint): string[] => [
    `measured at ${stored}`,
    '',
    ...processes.map((name) => shown(spreadOf(cpuUsPerEnrichment.map((figures) => figures[name] ?? NaN)).median)),
  ];
  const every = Math.ceil(steps.length / GROWTH_LINES);
  const between = steps
    .filter((_, index) => (index + 1) % every === 0)
    .map(({ stored, perSecond, cpuUsPerEnrichment }) => [
      `storing up to ${stored}, people included`,
      shown(perSecond),
      ...processes.map((name) => shown(cpuUsPerEnrichment[name] ?? NaN)),
    ]);
  return [...table([['µs per enrichment', '/s', ...processes], point(from), ...between, point(to)]), ''];
};

/** What became of the rest at twice the maximum: all of it should have been told to come again. */
const shedLines = ({ overload }: Results): readonly string[] =>
  overload.map(({ offeredPerSecond, seconds, late, failed, generatorLagP99Ms }, index) => {
    const answers = Object.entries(failed).map(([why, count]) => `${count}×${why}`);
    const what = [...answers, `${late} too late`].join(', ');
    return `overload, round ${index + 1}: ${shown(offeredPerSecond)}/s for ${shown(seconds)} s; not good: ${what}; generator late p99 ${shown(generatorLagP99Ms)} ms`;
  });

/** Where the time of an enrichment goes: the process with most CPU, and whether callers or the work behind held it up. */
const slowestLines = ({ endToEnd }: Results): readonly string[] => {
  if (endToEnd.length === 0) return [];
  const figures = endToEnd.map(({ service }) => service);
  const processes = Object.keys(figures[0]?.cpuUsPerEnrichment ?? {});
  const usOf = (name: string): number => spreadOf(figures.map((one) => one.cpuUsPerEnrichment[name] ?? 0)).median;
  const total = processes.reduce((sum, name) => sum + usOf(name), 0);
  const [most = ''] = [...processes].sort((left, right) => usOf(right) - usOf(left));
  const behind = spreadOf(figures.map(({ seconds, postSeconds }) => (seconds - postSeconds) / seconds)).median;
  return [
    `slowest stage: ${most}, ${shown(usOf(most))} of ${shown(total)} µs of CPU per enrichment; after the last POST was answered`,
    `  the work behind it took another ${Math.round(behind * 100)} % of the time (${behind < 0.1 ? 'accepting' : 'the work after accepting'} is the limit)`,
    '',
  ];
};

const GENERATOR_LATE_MS = 5;
const LOAD_QUIET = 3;

const warningsOf = ({ machine, before, after, ladder, accept }: Results): readonly string[] => {
  const steps = [
    ...(ladder?.service ?? []),
    ...(ladder?.peer ?? []),
    ...accept.flatMap(({ service, peer }) => [service.quarter, peer.quarter]),
  ];
  const late = steps.filter(({ generatorLagP99Ms }) => generatorLagP99Ms > GENERATOR_LATE_MS).length;
  const stolen = after.stolenTicks - before.stolenTicks;
  return [
    ...(before.loadAverage > LOAD_QUIET
      ? [`NOT QUIET: the load average was ${before.loadAverage} when the run began`]
      : []),
    ...(stolen > 0 ? [`the hypervisor took ${stolen / 100} s of CPU time`] : []),
    ...(late > 0
      ? [
          `the generator was late by more than ${GENERATOR_LATE_MS} ms (p99) in ${late} of ${steps.length} open-loop runs`,
        ]
      : []),
    ...(machine.dataOnMemoryDisk ? ['the data lay on a memory disk: nothing was flushed'] : []),
  ];
};
