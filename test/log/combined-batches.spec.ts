import type { Checkpoint } from '../../src/log/checkpoint.js';
import { CombinedBatches } from '../../src/log/combined-batches.js';
import type { EventBatch } from '../../src/log/event-follower.js';

const checkpoint = (partition: number, seq: number): Checkpoint => ({
  partition,
  offset: BigInt(seq),
  claim: 'claim',
  seq,
  timeMs: 0,
  commandOffset: -1n,
  commandId: '',
});
const batch = (partition: number, { events = 1, isFirst = false } = {}): EventBatch => ({
  partition,
  events: Array.from({ length: events }) as unknown as EventBatch['events'],
  previous: isFirst ? null : checkpoint(partition, 1),
  checkpoint: checkpoint(partition, 2),
});
type Outcome = 'stored' | 'moved';

/** `fate` of a partition; what is stored together meets the worst of its fates. */
const storing = (fates: Readonly<Record<number, Outcome | Error>>) => {
  const stores: number[][] = [];
  const combined = new CombinedBatches(async (batches) => {
    stores.push(batches.map(({ partition }) => partition));
    const met = batches.map(({ partition }) => fates[partition] ?? 'stored');
    const error = met.find((fate) => fate instanceof Error);
    if (error !== undefined) throw error;
    return met.includes('moved') ? 'moved' : 'stored';
  });
  return { combined, stores };
};

it('stores together what arrives together', async () => {
  const { combined, stores } = storing({});
  expect(await Promise.all([1, 2, 3].map((partition) => combined.handle(batch(partition))))).toEqual([
    'stored',
    'stored',
    'stored',
  ]);
  expect(stores).toEqual([[1, 2, 3]]);
});

it('tells only the partition that moved that it did', async () => {
  const { combined, stores } = storing({ 2: 'moved' });
  expect(await Promise.all([1, 2, 3].map((partition) => combined.handle(batch(partition))))).toEqual([
    'stored',
    'moved',
    'stored',
  ]);
  expect(stores).toEqual([[1, 2, 3], [1], [2], [3]]);
});

it('an error is the error of its own partition and of no other', async () => {
  const { combined } = storing({ 2: new Error('contradicts what is stored') });
  const outcomes = await Promise.allSettled([1, 2].map((partition) => combined.handle(batch(partition))));
  expect(outcomes).toMatchObject([{ value: 'stored' }, { reason: { message: 'contradicts what is stored' } }]);
});

it('a partition that begins is stored alone', async () => {
  const { combined, stores } = storing({});
  await Promise.all([batch(1), batch(2, { isFirst: true }), batch(3)].map((each) => combined.handle(each)));
  expect(stores).toEqual([[1, 3], [2]]);
});

it('cuts where the events together would hold up the event loop', async () => {
  const { combined, stores } = storing({});
  const sizes = [300, 150, 200, 5_000, 1];
  await Promise.all(sizes.map((events, partition) => combined.handle(batch(partition, { events }))));
  expect(stores).toEqual([[0, 1], [2], [3], [4]]);
});
