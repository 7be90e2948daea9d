import { RequestRates } from '../../src/rates/request-rates.js';
import { ManualClock } from '../commands/fakes.js';

const limits = { write: 2, read: 2, poll: 2 };
const ratesWith = (clock: ManualClock) => new RequestRates({ limits, keyPercent: 100, liveProcesses: () => 1, clock });

describe('X-08 the buckets of a process', () => {
  it('are those of an org and of its keys: neither another org nor another key’s user feels them', () => {
    const rates = ratesWith(new ManualClock());
    const waits = (orgId: string, createdBy: string) => (rates.take('write', { orgId, createdBy })?.waitMs ?? 0) > 0;
    expect([waits('a', 'k1'), waits('a', 'k1'), waits('a', 'k1')]).toEqual([false, false, true]);
    expect(waits('a', 'k2')).toBe(true); // the org’s is empty
    expect([waits('b', 'k1'), waits('b', 'k2'), waits('b', 'k3')]).toEqual([false, false, true]);
  });

  it('are bounded: what was forgotten is full again, everything else is not', () => {
    const rates = ratesWith(new ManualClock());
    const empty = { orgId: 'first', createdBy: 'k' };
    rates.take('write', empty);
    rates.take('write', empty);
    expect(rates.take('write', empty)?.waitMs).toBeGreaterThan(0);
    for (let n = 0; n < 24_000; n += 1) rates.take('write', { orgId: `org-${n}`, createdBy: 'k' });
    expect(rates.take('write', empty)?.waitMs).toBeGreaterThan(0);
    for (let n = 0; n < 26_000; n += 1) rates.take('write', { orgId: `more-${n}`, createdBy: 'k' });
    expect(rates.take('write', empty)?.waitMs).toBe(0);
  });

  it('a clock that goes back gives nothing away', () => {
    const clock = new ManualClock();
    const rates = ratesWith(clock);
    const asker = { orgId: 'a', createdBy: 'k' };
    rates.take('read', asker);
    rates.take('read', asker);
    clock.advance(-600_000);
    expect(rates.take('read', asker)?.waitMs).toBe(30_000);
  });
});
