import type { Sql } from '../../src/db/database.js';
import { Positions } from '../../src/projections/positions.js';
import { settle, VirtualClock } from '../log/virtual-clock.js';

describe('positions of the read models', () => {
  let clock: VirtualClock;
  let stored: Map<number, bigint>;
  let polls: number;
  let positions: Positions;

  beforeEach(() => {
    clock = new VirtualClock();
    stored = new Map([[1, 10n]]);
    polls = 0;
    const query = () => {
      polls += 1;
      return Promise.resolve([...stored].map(([partition, offset]) => ({ partition, offset: String(offset) })));
    };
    positions = new Positions({ sql: { query } as unknown as Sql, clock });
  });

  const outcomeOf = (wait: Promise<boolean>) => {
    const seen: (boolean | Error)[] = [];
    wait.then(
      (reached) => seen.push(reached),
      (error: Error) => seen.push(error),
    );
    return seen;
  };

  it('answers at once what this process has projected itself', async () => {
    positions.passed(1, 7n);
    expect(await positions.waitFor(1, 7n, 1_000)).toBe(true);
    expect(polls).toBe(0);
  });

  it('ends a wait with the batch that reaches it, not with one before or of another partition', async () => {
    positions.passed(1, 6n);
    const seen = outcomeOf(positions.waitFor(1, 8n, 1_000));
    positions.passed(1, 7n);
    positions.passed(2, 9n);
    await settle();
    expect(seen).toEqual([]);
    positions.passed(1, 8n);
    await settle();
    expect(seen).toEqual([true]);
  });

  it('sees what another process projects', async () => {
    const seen = outcomeOf(positions.waitFor(1, 12n, 1_000));
    await clock.pass(30);
    expect(seen).toEqual([]);
    stored.set(1, 12n);
    await clock.pass(10);
    expect(seen).toEqual([true]);
  });

  it('gives up after the time it was given', async () => {
    const seen = outcomeOf(positions.waitFor(1, 12n, 1_000));
    await clock.pass(999);
    expect(seen).toEqual([]);
    await clock.pass(1);
    expect(seen).toEqual([false]);
  });

  it('looks at the table only while somebody waits, once for all', async () => {
    void positions.waitFor(1, 12n, 100);
    void positions.waitFor(2, 12n, 100);
    await clock.pass(100);
    const during = polls;
    expect(during).toBeLessThanOrEqual(11);
    await clock.pass(10_000);
    expect(polls).toBe(during);
  });

  it('tells those who wait when the table cannot be read, and looks again for the next one', async () => {
    const failing = { query: () => Promise.reject(new Error('no connection')) } as unknown as Sql;
    const broken = new Positions({ sql: failing, clock });
    for (let round = 0; round < 2; round += 1) {
      const seen = outcomeOf(broken.waitFor(1, 12n, 1_000));
      await clock.pass(10);
      expect(seen).toEqual([new Error('no connection')]);
    }
  });

  it('knows nothing of a partition that was never projected', async () => {
    expect(await positions.current(1)).toBe(10n);
    expect(await positions.current(5)).toBe(-1n);
  });
});
