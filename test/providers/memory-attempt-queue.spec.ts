import { VirtualClock } from '../log/virtual-clock.js';
import { attemptQueueContract } from './attempt-queue.contract.js';
import { MemoryAttemptQueue, MemoryTable } from './support/memory-attempt-queue.js';

describe('the queue of the unit tests', () => {
  attemptQueueContract(async () => {
    const clock = new VirtualClock();
    const table = new MemoryTable();
    return { queue: (owner) => new MemoryAttemptQueue(table, owner, clock), pass: (ms) => clock.pass(ms) };
  });
});
