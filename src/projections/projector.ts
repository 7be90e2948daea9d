import type { Database } from '../db/database.js';
import { CombinedBatches } from '../log/combined-batches.js';
import type { EventBatch } from '../log/event-follower.js';
import { isSameRecord } from '../log/checkpoint.js';
import { ENDLESS_SLICE, runInSlices, type Slices } from '../observability/event-loop-slices.js';
import { foldSteps, type Folded } from './batch.js';
import { PROJECTION_CHECKPOINTS } from './checkpoints.js';
import type { IdentityOpener } from './persons/identities.js';
import type { Positions } from './positions.js';
import { readRowsBefore } from './rows-before.js';
import { storeBatch } from './store.js';
import { WrittenRows } from './written-rows.js';

export interface ProjectorOptions {
  /** `relaxed`: rows and checkpoint are lost together and read again. */
  readonly database: Database;
  readonly positions: Positions;
  readonly identities: IdentityOpener;
  /** Left out: the projector has the event loop to itself. */
  readonly slices?: Slices;
}

type Outcome = 'stored' | 'moved';

/** Keeps the read models: one statement for the batches of several partitions, rows and checkpoints together. */
export class Projector {
  private readonly written = new WrittenRows();
  private readonly batches = new CombinedBatches((batches) => this.store(batches));

  constructor(private readonly options: ProjectorOptions) {}

  /** `moved`: nothing was written, the stored checkpoint is not `batch.previous`; reload it and read from there. */
  handle(batch: EventBatch): Promise<Outcome> {
    return this.batches.handle(batch);
  }

  private async store(batches: readonly EventBatch[]): Promise<Outcome> {
    const moves = batches.map(({ previous, checkpoint: next }) => ({ previous, next }));
    const folded = await this.fold(batches);
    if (folded === 'moved') return this.moved();
    const expected = this.written.generation;
    const generation = await storeBatch(this.options.database, folded.writes, { moves, expected });
    if (generation === null) return this.moved();
    this.written.stored(moves, generation);
    this.written.take(folded.after);
    for (const { next } of moves) this.options.positions.passed(next.partition, next.offset);
    return 'stored';
  }

  /** Whatever was remembered is doubtful: somebody else wrote, or a rebuild has put other tables in place. */
  private moved(): 'moved' {
    this.written.clear();
    return 'moved';
  }

  /**
   * The rows a batch builds on are read without a lock: they only change with the checkpoint, whose compare-and-set
   * fails when they did. Folding over such rows may already break an invariant of the core.
   */
  private async fold(batches: readonly EventBatch[]): Promise<Folded | 'moved'> {
    const { database, identities, slices = ENDLESS_SLICE } = this.options;
    const events = batches.flatMap((batch) => batch.events);
    for (const { partition, previous } of batches) this.written.begin(partition, previous);
    try {
      const before = await readRowsBefore({ sql: database, identities, written: this.written }, events);
      return await runInSlices(slices, foldSteps(events, before));
    } catch (error) {
      if (await this.isOvertaken(batches)) return 'moved';
      throw error;
    }
  }

  private async isOvertaken(batches: readonly EventBatch[]): Promise<boolean> {
    for (const { partition, previous } of batches) {
      const stored = await PROJECTION_CHECKPOINTS.load(this.options.database, partition);
      const isSame = previous === null || stored === null ? stored === previous : isSameRecord(stored, previous);
      if (!isSame) return true;
    }
    return false;
  }
}
