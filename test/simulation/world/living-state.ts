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

type Held = Pick<LivingStream, 'seq' | 'state'>;
/** The private parts of an owner that hold streams; nothing but this comparison needs to see them. */
interface Insides {
  readonly owners: ReadonlyMap<number, { readonly tenure: { readonly workingSet: WorkingSetInsides } | null }>;
}
interface WorkingSetInsides {
  readonly streams: ReadonlyMap<StreamKey, { readonly facts: Held }>;
  readonly recent: { readonly texts: ReadonlyMap<StreamKey, string>; get(key: StreamKey): Held };
}

/** All streams that the owners of a process have in memory. */
export const livingStreams = (decider: Decider): readonly LivingStream[] =>
  [...(decider as unknown as Insides).owners].flatMap(([partition, { tenure }]) =>
    tenure === null ? [] : heldBy(tenure.workingSet).map(([key, { seq, state }]) => ({ partition, key, seq, state })),
  );

const heldBy = ({ streams, recent }: WorkingSetInsides): readonly (readonly [StreamKey, Held])[] => [
  ...[...streams].map(([key, { facts }]) => [key, facts] as const),
  ...[...recent.texts.keys()].map((key) => [key, recent.get(key)] as const),
];
