import { MemorySnapshotStore } from '../../src/decider/memory-snapshot-store.js';
import { VirtualClock } from '../log/virtual-clock.js';
import { snapshotStoreContract } from './snapshot-store.contract.js';

describe('MemorySnapshotStore', () => {
  snapshotStoreContract(() => Promise.resolve(new MemorySnapshotStore(new VirtualClock())));

  it('takes its time, and fails when it is down', async () => {
    const clock = new VirtualClock();
    const store = new MemorySnapshotStore(clock);
    store.faults.delayMs = 100;
    let answered = false;
    const call = store.checkpoint(0).then(() => {
      answered = true;
    });
    await clock.pass(99);
    expect(answered).toBe(false);
    await clock.pass(1);
    await call;
    store.faults.delayMs = 0;
    store.faults.down = true;
    await expect(store.checkpoint(0)).rejects.toThrow('connection refused');
  });
});
