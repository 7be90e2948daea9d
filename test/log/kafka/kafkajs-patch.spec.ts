import Encoder from 'kafkajs/src/protocol/encoder.js';
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js';
import { patchKafkajs } from '../../../src/log/kafka/kafkajs-patch.js';

beforeAll(() => patchKafkajs());

const LARGE = Buffer.alloc(1_200_000, 'x');

it('what is written in one piece takes what it needs, not the next power of two', () => {
  const encoder = new Encoder().writeInt32(LARGE.length).writeBytes(LARGE);
  expect(encoder.buf.length).toBe(4 + 4 + LARGE.length);
  expect(encoder.buffer.subarray(8).equals(LARGE)).toBe(true);
});

it('many small pieces do not copy what stands there each time', () => {
  const sizes = new Set<number>();
  const encoder = new Encoder();
  for (let number = 0; number < 10_000; number += 1) sizes.add(encoder.writeInt32(number).buf.length);
  expect(sizes.size).toBeLessThan(10);
  expect(encoder.buffer.readInt32BE(4 * 9_999)).toBe(9_999);
});

describe('requests of a connection', () => {
  beforeEach(() => void jest.useFakeTimers({ now: 0 }));
  afterEach(() => void jest.useRealTimers());

  const queueWith = (requestTimeout: number) => {
    const timeoutRequest = jest.fn();
    const inflight = new Map([[1, { sentAt: 0, requestTimeout, timeoutRequest }]]);
    let connected = true;
    const queue = Object.assign(Object.create(RequestQueue.prototype) as RequestQueue, {
      inflight,
      enforceRequestTimeout: true,
      isConnected: () => connected,
    });
    queue.scheduleRequestTimeoutCheck();
    return { timeoutRequest, disconnect: () => (connected = false) };
  };

  it('end with their timeouts, half a second late at most', () => {
    const { timeoutRequest } = queueWith(5_000);
    jest.advanceTimersByTime(5_000);
    expect(timeoutRequest).not.toHaveBeenCalled();
    jest.advanceTimersByTime(500);
    expect(timeoutRequest).toHaveBeenCalledTimes(1);
  });

  it('are looked at twice a second, and no more once the connection is gone', () => {
    const { disconnect } = queueWith(5_000);
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersToNextTimer();
    expect(Date.now()).toBe(500);
    disconnect();
    jest.advanceTimersByTime(500);
    expect(jest.getTimerCount()).toBe(0);
  });
});
