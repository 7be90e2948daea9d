import { kindOf } from '../../src/domain/streams.js';
import { epochMsOf } from '../../src/domain/kernel/instant.js';
import type { Account } from '../../src/domain/credits/account.js';
import type { Enrichment } from '../../src/domain/enrichments/enrichment.js';
import type { RememberedAnswer } from '../../src/domain/answers/remembered-answer.js';
import { compareLiving, Replica, same, type States } from './replica.js';
import type { Installation } from './world/installation.js';
import { demand } from './oracle/violation.js';

/** Longer than the longest deadline and the latest duplicate, with sweeps behind them. */
const PATIENCE_MS = 400_000;
const ROUND_MS = 5_000;
/** Nothing is due for longer than two sweeps. */
const SWEPT_MS = 15_000;

/** Everything mends; every command is answered, every enrichment ends, nothing that is due stays. @throws Violation */
export const quiesce = async (world: Installation): Promise<void> => {
  world.chaos.end();
  for (let waitedMs = 0; !isQuiet(world); waitedMs += ROUND_MS) {
    demand(waitedMs < PATIENCE_MS, 'everything comes to an end', () => unrest(world));
    await world.pass(ROUND_MS);
  }
};

const isQuiet = ({ oracle, clock }: Installation): boolean =>
  oracle.judges.every(({ uncovered }) => uncovered === 0) &&
  [...oracle.books.values()].every(
    ({ pending, credits }) =>
      pending.length === 0 &&
      credits.dueAt(clock.now() - SWEPT_MS) === 0 &&
      credits.warningsDueAt(clock.now() - SWEPT_MS) === 0,
  );

const unrest = ({ oracle, running, stopping }: Installation): string =>
  JSON.stringify({
    uncovered: oracle.judges.map(({ uncovered }) => uncovered),
    pending: [...oracle.books.values()].flatMap(({ pending }) => pending.map(({ id }) => id)),
    owners: running.map(({ name, decider }) => [name, decider.status()]),
    stopping: stopping.map(({ name, isRunning, decider }) => [name, isRunning, decider.status()]),
  });

/** A fresh replay from 0 gives what living owners know, what the snapshot holds when they have stopped, what the books say. */
export const compareStates = async (world: Installation): Promise<void> => {
  const replica = new Replica(world);
  compareLiving(world, replica);
  for (const process of world.running) await settled(world, world.stop(process));
  replica.read(); // The sweeper goes on until the last process has stopped.
  compareSnapshot(world, replica.states);
  compareBooks(world, replica.states);
};

const settled = async (world: Installation, done: Promise<void>): Promise<void> => {
  let isDone = false;
  void done.then(() => (isDone = true));
  for (let rounds = 0; !isDone; rounds += 1) {
    demand(rounds < 100, 'a process stops in order', () => `${rounds} rounds`);
    await world.pass(1_000);
  }
};

const compareSnapshot = ({ tables, paths, clock }: Installation, states: States): void => {
  for (const [key, { state }] of states) {
    const row = tables.row(key);
    const isForgotten = kindOf(key) === 'request' || kindOf(key) === 'recent';
    if (row === undefined && isForgotten && epochMsOf((state as RememberedAnswer).expiresAt) <= clock.now()) continue;
    same(row === undefined ? undefined : JSON.parse(row.json), state, 'the snapshot holds what the log says', key);
    paths.saw('stored stream compared');
  }
};

const compareBooks = ({ oracle }: Installation, states: States): void => {
  const enrichments = new Map([...oracle.books.values()].flatMap((book) => [...book.enrichments]));
  for (const [key, { state }] of states) {
    if (kindOf(key) === 'account') {
      const { orgId, balance, reserved, entry, hash, grants } = state as Account;
      const { credits } = oracle.books.get(orgId)!;
      const told = [...credits.grants.values()].toSorted((a, b) => (a.order < b.order ? -1 : 1));
      const mine = { balance: credits.balance, reserved: credits.reserved, entry: credits.entry, hash: credits.hash };
      same({ balance, reserved, entry, hash }, mine, 'the account is what the books say', key);
      same(grants.map(partsOf), told.map(partsOf), 'grants are what the books say', key);
    }
    if (kindOf(key) === 'enrichment') {
      const { id, status, reserved, captured, released } = state as Enrichment;
      const view = enrichments.get(id)?.after(Infinity);
      const { receipt } = view as { receipt: Record<string, unknown> | null };
      same({ status, reserved, captured, released }, pick(view, receipt), 'the enrichment is what the books say', key);
    }
  }
};

const partsOf = ({
  id,
  free,
  reserved,
}: {
  readonly id: string;
  readonly free: number;
  readonly reserved: number;
}) => ({
  id,
  free,
  reserved,
});

const pick = (view: Readonly<Record<string, unknown>> | undefined, receipt: Record<string, unknown> | null) => ({
  status: view?.['status'],
  reserved: receipt?.['reserved'],
  captured: receipt?.['captured'],
  released: receipt?.['released'],
});
