import { changesOf, EVERY_ATTEMPT } from '../../src/providers/attempt-changes.js';
import { MemoryVault } from '../../src/vault/memory-vault.js';
import { EventSource, enrichmentIdOf, planOf } from './support/enrichments.js';

const source = new EventSource(new MemoryVault(), () => Date.UTC(2026, 10, 21));
const wanted = { number: 1, plan: planOf('a', 'b', 'c') };
const [requested, first, second] = [
  () => source.requested(wanted),
  () => source.responded(wanted, 1, 'next'),
  () => source.responded(wanted, 2, 'next'),
];
const finished = () => source.finished(wanted);
const late = (attempt: number) => source.responded(wanted, attempt, null, true);
const enrichmentId = enrichmentIdOf(1);

describe('what events do to the table', () => {
  it('a request opens its first attempt', async () => {
    const changes = changesOf([await requested()]);
    expect(changes.opened).toMatchObject([{ enrichmentId, attempt: 1, step: 1, provider: 'a', field: 'emails' }]);
  });

  it('of a request and answers in one batch only the last open attempt is left', async () => {
    const changes = changesOf([await requested(), first(), second()]);
    expect(changes).toMatchObject({ opened: [{ attempt: 3, step: 3, provider: 'c' }], advanced: [], ended: [] });
  });

  it('what is requested and ended in one batch never reaches the table', async () => {
    expect(changesOf([await requested(), first(), finished()])).toEqual({ opened: [], advanced: [], ended: [] });
    expect(changesOf([await requested(), finished(), late(1)])).toEqual({ opened: [], advanced: [], ended: [] });
  });

  it('an answer to a row advances it, the last one counts', () => {
    expect(changesOf([first(), second()])).toEqual({
      opened: [],
      advanced: [{ enrichmentId, attempt: 3, step: 3, provider: 'c' }],
      ended: [],
    });
  });

  it('an end ends whatever is open', () => {
    const ended = [{ enrichmentId, attempt: EVERY_ATTEMPT }];
    expect(changesOf([finished()])).toEqual({ opened: [], advanced: [], ended });
    expect(changesOf([first(), finished(), late(1)])).toEqual({ opened: [], advanced: [], ended });
  });

  it('a late answer ends no attempt that may still be open, not even that of its own number', async () => {
    expect(changesOf([late(1)]).ended).toEqual([{ enrichmentId, attempt: 0 }]);
    expect(changesOf([await requested(), late(1)]).opened).toMatchObject([{ attempt: 1 }]);
    expect(changesOf([first(), late(1)]).advanced).toHaveLength(1);
    expect(changesOf([first(), late(2)]).advanced).toMatchObject([{ attempt: 2 }]);
    expect(changesOf([await requested(), first(), late(1)]).opened).toHaveLength(1);
    expect(changesOf([late(3)]).ended).toEqual([{ enrichmentId, attempt: 2 }]);
  });
});
