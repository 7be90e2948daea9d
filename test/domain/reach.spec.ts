import type { AppliedEvent } from '../../src/domain/evolve.js';
import { anyWorlds } from './any-world.js';

/** A random test that never gets anywhere proves nothing: the paths that matter are counted, with a fixed seed. */
const worlds = anyWorlds();
const logs = worlds.map(({ log }) => log);
const events = logs.flat();
const count = (matches: (event: AppliedEvent, index: number, log: readonly AppliedEvent[]) => boolean): number =>
  logs.reduce((sum, log) => sum + log.filter(matches).length, 0);
const outcomes = (outcome: string) =>
  count(({ type, data }) => type === 'EnrichmentFinished' && data.outcome === outcome);

/** In place of one that was finished. */
const forced = (): number =>
  logs.reduce((sum, log) => {
    const ended = new Set(
      log.flatMap(({ type, data }) =>
        type === 'EnrichmentFinished' && data.dataFound !== null ? data.enrichmentId : [],
      ),
    );
    return (
      sum +
      log.filter(
        ({ type, data }) => type === 'EnrichmentRequested' && data.supersedes !== null && ended.has(data.supersedes),
      ).length
    );
  }, 0);

describe('the random worlds reach', () => {
  it.each([
    ['found', outcomes('found'), 20],
    ['not found', outcomes('not_found'), 1],
    ['failed', outcomes('failed'), 1],
    ['timed out', outcomes('timed_out'), 20],
    ['cancelled', outcomes('cancelled'), 5],
    ['found in the cache', count(({ type, data }) => type === 'EnrichmentFinished' && data.fromCache !== null), 1],
    ['late answers', count(({ type, data }) => type === 'ProviderResponded' && data.late), 20],
    [
      'reservations of several people',
      count(({ type, data }) => type === 'CreditsReserved' && data.enrichments.length > 1),
      10,
    ],
    [
      'reservations from several grants',
      count(({ type, data }) => type === 'CreditsReserved' && data.grants.length > 1),
      5,
    ],
    ['releases to several grants', count(({ type, data }) => type === 'CreditsReleased' && data.grants.length > 1), 2],
    [
      'expiry of what was just released',
      count(({ type }, index, log) => type === 'CreditsExpired' && log[index - 1]?.type === 'CreditsReleased'),
      2,
    ],
    [
      'a new one in place of an overdue one',
      count(({ type }, index, log) => type === 'EnrichmentRequested' && log[index - 1]?.type === 'EnrichmentFinished'),
      2,
    ],
    ['refunds', count(({ type }) => type === 'CreditsRefunded'), 5],
    ['adjustments upwards', count(({ type, data }) => type === 'CreditsAdjusted' && data.amount > 0), 5],
    ['adjustments downwards', count(({ type, data }) => type === 'CreditsAdjusted' && data.amount < 0), 5],
    [
      'grants that end',
      count(({ type, data }, index) => type === 'CreditsGranted' && index > 0 && data.expiresAt !== null),
      20,
    ],
    ['warnings of expiry', count(({ type }) => type === 'GrantExpiryNeared'), 2],
    ['few left', count(({ type }) => type === 'CreditsRanLow'), 5],
    ['nothing left', count(({ type }) => type === 'CreditsDepleted'), 5],
    ['superseding', count(({ type, data }) => type === 'EnrichmentRequested' && data.supersedes !== null), 10],
    ['merged people', count(({ type, data }) => type === 'PersonRecorded' && data.merged), 5],
    ['short credits', count(({ type, data }) => type === 'CommandRefused' && data.code === 'INSUFFICIENT_CREDITS'), 5],
    ['reused keys', count(({ type, data }) => type === 'CommandRefused' && data.code === 'IDEMPOTENCY_CONFLICT'), 5],
    ['broken caps', count(({ type, data }) => type === 'CommandRefused' && data.code === 'CAP_EXCEEDED'), 20],
    ['changed settings', count(({ type }) => type === 'SettingsChanged'), 20],
    ['forced ones', forced(), 3],
    ['expired commands', count(({ type, data }) => type === 'CommandRefused' && data.reason === 'expired'), 5],
  ])('%s: %i times', (_path, reached, atLeast) => expect(reached).toBeGreaterThanOrEqual(atLeast));

  it('commands that leave no event at all: copies', () => {
    const commands = worlds.reduce((sum, world) => sum + world.commands.length, 0);
    const deciding = new Set(events.map((event) => event.commandId)).size;
    expect(commands - deciding).toBeGreaterThan(50);
  });
});
