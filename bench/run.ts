import { Books } from './lab/books.js';
import { openLab, type Lab } from './lab/lab.js';
import { machineOf, surroundings, versionOf } from './lab/machine.js';
import { makeOrgs } from './lab/orgs.js';
import { People } from './lab/people.js';
import { testGenerator } from './load/self-test.js';
import type { Part } from './options.js';
import { aloneRound } from './parts/alone.js';
import { acceptRound, ladder } from './parts/accept.js';
import { bulkRound } from './parts/bulk.js';
import { overloadRound } from './parts/overload.js';
import { endToEndRound } from './parts/end-to-end.js';
import { growth } from './parts/growth.js';
import { prepareReads, readRound } from './parts/reads.js';
import { audit, rebuildRound } from './parts/rebuild.js';
import { fillUp, resources } from './parts/resources.js';
import type { Session } from './parts/session.js';
import type { Results } from './report/results.js';
import { spreadOf } from './report/statistics.js';

const PACKAGES = ['fastify', 'pg', 'graphile-worker', 'undici', '@nestjs/core'];

/** Who is compared with whom must be equally sure of what it has acknowledged. */
const DURABILITY = {
  service:
    'flushed: topics of truth with flush.messages=1; the read model commits lazily, it is filled again from the log',
  'outbox peer': 'flushed: synchronous_commit=on, fsync=on',
  'graphile peer': 'flushed: synchronous_commit=on, fsync=on',
} as const;

/** All parts, then the audit. @throws Error when anything is missing or wrong: then there are no numbers */
export const runAll = async (lab: Lab): Promise<Results> => {
  const startedAt = new Date().toISOString();
  const before = surroundings();
  const session = await openSession(lab);
  const generatorSelfTest = await testGenerator(lab.peers.read.url, lab.peers.read.child.pid);
  const measured = await measureAll(session);
  session.say('audit');
  const audited = await audit(session);
  await session.people.close();
  return {
    startedAt,
    arguments: process.argv.slice(2),
    machine: machineOf(lab.dataDir),
    versions: await versionsOf(lab),
    durability: DURABILITY,
    before,
    after: surroundings(),
    generatorSelfTest,
    ...measured,
    audit: audited,
  };
};

const WAY_ORGS = 20;

const openSession = async (lab: Lab): Promise<Session> => {
  const { sizes, rounds: count } = lab.options;
  const names = Array.from({ length: sizes.orgs }, (_, index) => `org-${index}`);
  const wayNames = Array.from({ length: (count + 1) * WAY_ORGS }, (_, index) => `way-${index}`);
  const manyNames = lab.options.parts.has('bulk')
    ? Array.from({ length: sizes.manyOrgs }, (_, index) => `many-${index}`)
    : [];
  const [hotOrg, ...made] = await makeOrgs(lab.env, ['hot', ...names, ...wayNames, ...manyNames]);
  if (hotOrg === undefined) throw new Error('the orgs were not made');
  const ways = made.slice(names.length, names.length + wayNames.length);
  const startMs = performance.now();
  const seconds = (): string => ((performance.now() - startMs) / 1000).toFixed(0).padStart(4);
  return {
    lab,
    books: new Books(lab.sql),
    people: new People(lab.service.url),
    orgs: made.slice(0, names.length),
    hotOrg,
    manyOrgs: made.slice(names.length + wayNames.length),
    wayOrgs: Array.from({ length: count + 1 }, (_, round) => ways.slice(round * WAY_ORGS, (round + 1) * WAY_ORGS)),
    finished: [],
    say: (text) => console.error(`${seconds()} s  ${text}`),
  };
};

const versionsOf = async ({ sql }: Lab): Promise<Readonly<Record<string, string>>> => {
  const { rows } = await sql.query<{ server_version: string }>('show server_version');
  const packages = PACKAGES.map((name) => [name, versionOf(name)]);
  return { ...Object.fromEntries(packages), PostgreSQL: rows[0]?.server_version ?? 'unknown' };
};

type Measured = Pick<
  Results,
  'accept' | 'ladder' | 'overload' | 'endToEnd' | 'bulk' | 'reads' | 'rebuild' | 'resources' | 'alone' | 'growth'
>;

const measureAll = async (session: Session): Promise<Measured> => {
  const { options } = session.lab;
  const has = (part: Part): boolean => options.parts.has(part);
  const accept = has('accept') ? await rounds(session, 'accept', () => acceptRound(session)) : [];
  const steps = accept.length > 0 ? await bothLadders(session, accept) : null;
  const overload = has('overload') ? await rounds(session, 'overload', () => overloadRound(session)) : [];
  const endToEnd = has('end-to-end')
    ? await rounds(session, 'end to end', (round) => endToEndRound(session, round))
    : [];
  const bulk = has('bulk') ? await rounds(session, 'bulks', () => bulkRound(session)) : [];
  if (has('resources') || has('rebuild') || has('reads')) await fillUp(session);
  const used = has('resources') ? await resources(session) : null;
  const requests = has('reads') ? await prepareReads(session) : [];
  const reads = has('reads') ? await rounds(session, 'reads', () => readRound(session, requests)) : [];
  const rebuild = has('rebuild') ? await rounds(session, 'rebuild', () => rebuildRound(session)) : [];
  // Last: it starts the service again, and what comes after would be measured cold.
  const alone = has('alone') ? await rounds(session, 'accepting alone', () => aloneRound(session)) : [];
  const grown = has('growth') ? await withSmall(session, (small) => growth(session, small)) : null;
  return { accept, ladder: steps, overload, endToEnd, bulk, reads, rebuild, resources: used, alone, growth: grown };
};

/** An installation of its own beside the one that grows, idle while the other works. */
const withSmall = async <T>({ lab }: Session, work: (small: Session) => Promise<T>): Promise<T> => {
  const beside = await openLab(lab.options);
  try {
    const small = await openSession(beside);
    const result = await Promise.race([work(small), beside.failed]);
    await small.people.close();
    return result;
  } finally {
    await beside.stop();
  }
};

/** The first one warms up compilers, caches and connections, and is thrown away. */
const rounds = async <T>(session: Session, name: string, one: (round: number) => Promise<T>): Promise<readonly T[]> => {
  const results: T[] = [];
  for (let round = 0; round <= session.lab.options.rounds; round += 1) {
    session.say(`${name}, ${round === 0 ? 'warm-up' : `round ${round} of ${session.lab.options.rounds}`}`);
    results.push(await one(round));
  }
  return results.slice(1);
};

const bothLadders = async (session: Session, accept: Results['accept']): Promise<NonNullable<Results['ladder']>> => {
  const maximum = (contender: 'service' | 'peer') =>
    spreadOf(accept.map((round) => round[contender].maxPerSecond)).median;
  session.say('accept, ladder of rates');
  return {
    service: await ladder(session, 'service', maximum('service')),
    peer: await ladder(session, 'peer', maximum('peer')),
  };
};
