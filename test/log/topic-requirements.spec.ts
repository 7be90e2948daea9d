import { topicsOf } from '../../src/log/log.js';
import { requirementsFor, satisfies } from '../../src/log/topic-requirements.js';

const TOPICS = topicsOf('tributary.');

describe('what topics have to be like', () => {
  it('with several brokers: three copies, two of them in sync, and no leader that has missed records', () => {
    for (const { replicationFactor, rules } of requirementsFor(TOPICS, 8, 'replicated')) {
      expect(replicationFactor).toBe(3);
      expect(rules).toMatchObject({ 'min.insync.replicas': { atLeast: 2 }, 'unclean.leader.election.enable': 'false' });
      expect(rules).not.toHaveProperty(['flush.messages']);
    }
  });

  it('with one broker: commands and events are on the disk before they are acknowledged', () => {
    const flushed = requirementsFor(TOPICS, 8, 'flushed single broker').filter(
      ({ rules }) => rules['flush.messages'] === '1',
    );
    expect(flushed.map(({ name }) => name)).toEqual([TOPICS.commands, TOPICS.events]);
  });

  it('never lets events be forgotten', () => {
    for (const durability of ['replicated', 'flushed single broker'] as const) {
      const events = requirementsFor(TOPICS, 8, durability).find(({ name }) => name === TOPICS.events);
      expect(events?.rules).toMatchObject({
        'cleanup.policy': 'delete',
        'retention.ms': '-1',
        'retention.bytes': '-1',
      });
    }
  });

  it('takes a larger number or no limit for a minimum, and nothing else', () => {
    expect(['600000', '600001', '-1'].map((value) => satisfies({ atLeast: 600_000 }, value))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['599999', 'x', undefined].map((value) => satisfies({ atLeast: 600_000 }, value))).toEqual([
      false,
      false,
      false,
    ]);
  });
});
