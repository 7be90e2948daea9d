import { AppendLane } from '../../../src/log/kafka/append-lane.js';
import { NotSent } from '../../../src/log/kafka/broker-connection.js';
import type { BatchToProduce, ProducedPartition } from '../../../src/log/kafka/produce-exchange.js';

const MESSAGE_TOO_LARGE = 10;
const NOT_LEADER = 6;
const NOT_ENOUGH_REPLICAS = 19;
const REQUEST_TIMED_OUT = 7;

interface Request {
  readonly partitions: readonly number[];
  answer(errorCodes?: Readonly<Record<number, number>>): void;
  answerOnly(partition: number): void;
  fail(error: Error): void;
}

/** A lane, the produce requests that it has made, and what became of every append. */
const setUp = (isSingleReplica = true) => {
  const requests: Request[] = [];
  const outcomes: string[] = [];
  const lane = new AppendLane({
    isSingleReplica: () => isSingleReplica,
    onNotWritten: ({ partition }) => void outcomes.push(`${partition} not written`),
    onRefused: ({ partition }) => void outcomes.push(`${partition} refused`),
    produce: (batches) =>
      new Promise((resolve, reject) => {
        const answer = (codes: Readonly<Record<number, number>> = {}): void => resolve(resultsOf(batches, codes));
        const answerOnly = (only: number): void =>
          resolve(resultsOf(batches, {}).filter(({ partition }) => partition === only));
        requests.push({ partitions: batches.map(({ partition }) => partition), answer, answerOnly, fail: reject });
      }),
  });
  const push = (partition: number, bytes = 100): void =>
    lane.push({
      topic: 'events',
      partition,
      batch: Buffer.alloc(bytes),
      attempt: 1,
      resolve: ({ baseOffset }) => void outcomes.push(`${partition} at ${baseOffset}`),
      reject: ({ name }) => void outcomes.push(`${partition} ${name}`),
    });
  return { push, requests, outcomes };
};

const resultsOf = (
  batches: readonly BatchToProduce[],
  codes: Readonly<Record<number, number>>,
): readonly ProducedPartition[] =>
  batches.map(({ topic, partition }) => {
    const errorCode = codes[partition] ?? 0;
    const baseOffset = errorCode === 0 ? BigInt(partition * 10) : -1n;
    return { topic, partition, errorCode, baseOffset, appendTimeMs: -1 };
  });

/** Lets what is scheduled happen. */
const turn = async (): Promise<void> => {
  for (let index = 0; index < 3; index += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('an append lane', () => {
  it('groups appends of different partitions that are ready at the same time', async () => {
    const { push, requests } = setUp();
    for (const partition of [0, 1, 2]) push(partition);
    await turn();
    expect(requests.map(({ partitions }) => partitions)).toEqual([[0, 1, 2]]);
  });

  it('keeps one batch per partition and two requests in flight', async () => {
    const { push, requests } = setUp();
    push(0);
    push(0);
    await turn();
    push(1);
    await turn();
    push(2);
    await turn();
    expect(requests.map(({ partitions }) => partitions)).toEqual([[0], [1]]);
    requests[0]?.answer();
    await turn();
    expect(requests.map(({ partitions }) => partitions)).toEqual([[0], [1], [0, 2]]);
  });

  it('splits what is too much for one request', async () => {
    const { push, requests } = setUp();
    for (const partition of [0, 1, 2]) push(partition, 7 * 1024 * 1024);
    await turn();
    expect(requests.map(({ partitions }) => partitions)).toEqual([[0, 1], [2]]);
  });

  it('settles every partition by its own result', async () => {
    const { push, requests, outcomes } = setUp();
    for (const partition of [1, 2, 3, 4, 5]) push(partition);
    await turn();
    requests[0]?.answer({ 2: MESSAGE_TOO_LARGE, 3: NOT_LEADER, 4: REQUEST_TIMED_OUT, 5: NOT_ENOUGH_REPLICAS });
    await turn();
    expect(outcomes).toEqual(['1 at 10', '2 AppendTooLarge', '3 not written', '4 refused', '5 not written']);
  });

  it('does not send again what a leader with replicas refused: its successor may hold it', async () => {
    const { push, requests, outcomes } = setUp(false);
    push(1);
    await turn();
    requests[0]?.answer({ 1: NOT_LEADER });
    await turn();
    expect(outcomes).toEqual(['1 refused']);
  });

  it('calls the outcome unknown when the connection breaks, and not written when nothing was sent', async () => {
    const { push, requests, outcomes } = setUp();
    push(1);
    await turn();
    push(2);
    await turn();
    requests[0]?.fail(new Error('socket closed'));
    requests[1]?.fail(new NotSent('connection refused'));
    await turn();
    expect(outcomes).toEqual(['1 AppendUnknown', '2 not written']);
  });

  it('calls the outcome unknown when the broker does not answer for a partition', async () => {
    const { push, requests, outcomes } = setUp();
    push(1);
    push(2);
    await turn();
    requests[0]?.answerOnly(2);
    await turn();
    expect(outcomes).toEqual(['1 AppendUnknown', '2 at 20']);
  });
});
