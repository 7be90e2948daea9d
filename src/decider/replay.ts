import { invariant } from '../domain/kernel/errors.js';
import { epochMsOf } from '../domain/kernel/instant.js';
import type { StreamKey } from '../domain/streams.js';
import type { StoredEvent } from '../events/event.js';
import type { Checkpoint } from '../log/checkpoint.js';
import type { Slices } from '../observability/event-loop-slices.js';
import type { Core } from './core.js';
import { MissRecorder, Overlay } from './overlay.js';
import type { Snapshotter } from './snapshotter.js';
import { requireRunning } from './stop-signal.js';
import type { WorkingSet } from './working-set.js';

/** Events evolved between two looks at the event loop; their cold streams are loaded by one statement. */
const CHUNK_EVENTS = 500;

export interface ReplayOptions {
  readonly core: Pick<Core, 'evolve' | 'streamsOfEvent'>;
  readonly workingSet: WorkingSet;
  readonly snapshotter: Snapshotter;
  readonly slices: Slices;
  readonly signal: AbortSignal;
}

/** Brings the working set to where the log is. What it replays counts as changed and is saved as it goes. */
export class Replay {
  constructor(private readonly options: ReplayOptions) {}

  /** @throws SnapshotMoved | Stopped */
  async apply(events: readonly StoredEvent[]): Promise<void> {
    const { workingSet, snapshotter, slices, signal } = this.options;
    for (let from = 0; from < events.length; from += CHUNK_EVENTS) {
      const chunk = events.slice(from, from + CHUNK_EVENTS);
      requireRunning(signal);
      await this.loadFor(chunk);
      this.evolveAll(chunk);
      const last = chunk.at(-1);
      if (last !== undefined) {
        snapshotter.advance(checkpointAt(last));
        workingSet.prune(epochMsOf(last.time));
      }
      await snapshotter.room();
      workingSet.evict();
      await slices.breathe();
    }
  }

  private async loadFor(chunk: readonly StoredEvent[]): Promise<void> {
    const { core, workingSet, snapshotter } = this.options;
    for (;;) {
      const cold = new Set<StreamKey>();
      for (const event of chunk) {
        for (const key of core.streamsOfEvent(event, workingSet)) if (!workingSet.knows(key)) cold.add(key);
      }
      if (cold.size === 0) return;
      await snapshotter.load([...cold]);
    }
  }

  private evolveAll(chunk: readonly StoredEvent[]): void {
    const { core, workingSet } = this.options;
    const reader = new MissRecorder(workingSet);
    const state = new Overlay<number>(reader);
    for (const event of chunk) {
      // A row may be ahead of the checkpoint that it was read with: what is in it is not applied again.
      const changes = core.evolve(state, event).filter(([key]) => workingSet.seqOf(key) < event.seq);
      invariant(reader.misses.size === 0, `${event.type} reads streams that streamsOfEvent does not name`);
      state.put(changes, event.seq);
    }
    for (const { key, state: value, tag: seq } of state.changes()) workingSet.change(key, value, seq);
  }
}

/** The checkpoint of a reader whose last record is this event. */
export const checkpointAt = (event: StoredEvent): Checkpoint => ({
  partition: event.partition,
  offset: event.offset,
  claim: event.claim,
  seq: event.seq,
  timeMs: epochMsOf(event.time),
  commandOffset: event.commandOffset,
  commandId: event.commandId,
});
