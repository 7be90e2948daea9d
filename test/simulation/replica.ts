import { Draft } from '../../src/domain/draft.js';
import type { StreamState } from '../../src/domain/state.js';
import type { StreamKey } from '../../src/domain/streams.js';
import { fenceAt, passRecords, type FenceState } from '../../src/log/fence.js';
import { alike, textOf } from './oracle/alike.js';
import { demand } from './oracle/violation.js';
import { PARTITIONS, type Installation } from './world/installation.js';
import { livingStreams, type LivingStream } from './world/living-state.js';

export type States = ReadonlyMap<StreamKey, { readonly seq: number; readonly state: StreamState }>;

/** What production code makes of the log alone, read from offset 0: the truth that everything in memory has to match. */
export class Replica {
  readonly states = new Map<StreamKey, { seq: number; state: StreamState }>();
  private readonly draft = new Draft({ get: () => undefined });
  private readonly fences: FenceState[] = Array.from({ length: PARTITIONS }, () => fenceAt(null));

  constructor(private readonly world: Pick<Installation, 'broker' | 'topics'>) {
    this.read();
  }

  /** Goes on to the end of the log as it is now. */
  read(): void {
    const { broker, topics } = this.world;
    this.fences.forEach((fence, partition) => {
      const records = broker.partition(topics.events, partition).records.slice(Number(fence.next));
      const passed = passRecords(fence, records, partition);
      this.fences[partition] = passed.fence;
      for (const event of passed.events) {
        for (const [key, state] of this.draft.apply(event)) this.states.set(key, { seq: event.seq, state });
      }
    });
  }
}

/**
 * Every stream that an owner has in memory, wherever it is in its work, is as the log says at the seq it is known to
 * stand at; none is ahead of the log. An owner that is behind has just appended, or is a zombie.
 */
export const compareLiving = (world: Installation, replica: Replica): void => {
  replica.read();
  for (const living of world.running.flatMap(({ decider }) => livingStreams(decider))) {
    const logged = replica.states.get(living.key);
    demand(living.seq <= (logged?.seq ?? 0), 'no owner is ahead of the log', () => placeOf(living));
    if (living.seq < (logged?.seq ?? 0)) continue;
    same(living.state, logged?.state, `an owner knows what the log says`, placeOf(living));
    world.paths.saw('living stream compared');
  }
};

const placeOf = ({ partition, key, seq }: LivingStream): string => `${key} of partition ${partition} at seq ${seq}`;

/** @throws Violation */
export const same = (actual: unknown, expected: unknown, rule: string, place: string): void =>
  demand(alike(actual, expected), rule, () => `${place}: ${textOf(actual)} instead of ${textOf(expected)}`);
