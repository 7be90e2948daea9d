import { MemoryBroker } from '../../src/log/memory/memory-broker.js';
import { MemoryLog } from '../../src/log/memory/memory-log.js';
import { topicsOf } from '../../src/log/log.js';
import type { LogHarness } from './contract/harness.js';
import { logContract } from './log.contract.js';
import { settle, VirtualClock } from './virtual-clock.js';

/** Rounds of 50 ms of virtual time that `until` waits. */
const ROUNDS_MAX = 2_000;
const ROUND_MS = 50;

const createHarness = (partitions: number): Promise<LogHarness> => {
  const clock = new VirtualClock();
  const topics = topicsOf('memory.');
  const { commands, events, replies, deadLetters } = topics;
  const counts = { [commands]: partitions, [events]: partitions, [replies]: 2, [deadLetters]: 1 };
  const broker = new MemoryBroker({ clock, topics: counts, sliceRecordsMax: 3 });
  const logs: MemoryLog[] = [];
  return Promise.resolve({
    topics,
    partitions,
    clock,
    connect: (name) => {
      const log = new MemoryLog({ broker, clock, name });
      logs.push(log);
      return Promise.resolve(log);
    },
    recreate: (topic) => Promise.resolve(broker.recreate(topic)),
    deleteBefore: (topic, partition, start) => Promise.resolve(broker.partition(topic, partition).deleteBefore(start)),
    until: async (condition) => {
      for (let round = 0; round < ROUNDS_MAX; round += 1) {
        await settle();
        if (await condition()) return;
        await clock.pass(ROUND_MS);
      }
      throw new Error('it never came true');
    },
    close: async () => void (await Promise.all(logs.map((log) => log.close()))),
  });
};

describe('the in-memory log', () => logContract(createHarness));
