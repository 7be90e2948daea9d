import type { Decider } from '../../../src/decider/decider.js';
import type { StreamState } from '../../../src/domain/state.js';
import type { StreamKey } from '../../../src/domain/streams.js';

export interface LivingStream {
  readonly partition: number;
  readonly key: StreamKey;
  readonly seq: number;
  /** undefined: known to be empty. */
  readonly state: StreamState | undefined;
}

type Held = Iterable<readonly [StreamKey, Pick<LivingStream, 'seq' | 'state'>]>;
/** The private parts of an owner that hold streams; nothing but this comparison needs to see them. */
interface Insides {
  readonly owners: ReadonlyMap<
    number,
    {
      readonly tenure: { readonly workingSet: Readonly<Record<'unsaved' | 'ended' | 'saved' | 'recent', Held>> } | null;
    }
  >;
}

/** All streams that the owners of a process have in memory. */
export const livingStreams = (decider: Decider): readonly LivingStream[] =>
  [...(decider as unknown as Insides).owners].flatMap(([partition, { tenure }]) => {
    if (tenure === null) return [];
    const { unsaved, ended, saved, recent } = tenure.workingSet;
    return [unsaved, ended, saved, recent].flatMap((held) =>
      [...held].map(([key, { seq, state }]) => ({ partition, key, seq, state })),
    );
  });
