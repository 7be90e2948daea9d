import { MemoryBroker } from '../../src/log/memory/memory-broker.js';
import { MemoryLog } from '../../src/log/memory/memory-log.js';
import type { MemoryFaults } from '../../src/log/memory/memory-process.js';
import { topicsOf } from '../../src/log/log.js';
import type { LogHarness } from './contract/harness.js';
import { settle, VirtualClock } from './virtual-clock.js';

/** Rounds of 50 ms of virtual time that `until` waits. */
const ROUNDS_MAX = 2_000;
const ROUND_MS = 50;

export interface MemoryHarness extends LogHarness {
  readonly broker: MemoryBroker;
  readonly clock: VirtualClock;
  process(name: string, faults?: MemoryFaults): MemoryLog;
}

export const memoryHarness = (partitions: number): MemoryHarness => {
  const clock = new VirtualClock();
  const topics = topicsOf('memory.');
  const { commands, events, replies, deadLetters } = topics;
  const counts = { [commands]: partitions, [events]: partitions, [replies]: 2, [deadLetters]: 1 };
  const broker = new MemoryBroker({ clock, topics: counts, sliceRecordsMax: 3 });
  const logs: MemoryLog[] = [];
  const process = (name: string, faults: MemoryFaults = {}): MemoryLog => {
    const log = new MemoryLog({ broker, clock, name, faults });
    logs.push(log);
    return log;
  };
  return {
    topics,
    partitions,
    clock,
    broker,
    process,
    connect: (name) => Promise.resolve(process(name)),
    recreate: (topic) => Promise.resolve(broker.recreate(topic)),
    deleteBefore: (topic, partition, start) => Promise.resolve(broker.partition(topic, partition).deleteBefore(start)),
    until: (condition) => passTimeUntil(clock, condition),
    close: async () => void (await Promise.all(logs.map((log) => log.close()))),
  };
};

const passTimeUntil = async (clock: VirtualClock, condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    await settle();
    if (await condition()) return;
    await clock.pass(ROUND_MS);
  }
  throw new Error('it never came true');
};
