import type { Database } from '../db/database.js';
import type { EventBatch } from '../log/event-follower.js';
import { foldBatch, type TableWrite } from './batch.js';
import { ProjectionCheckpoints } from './checkpoints.js';
import type { IdentityOpener } from './persons/identities.js';
import type { Positions } from './positions.js';
import { readRowsBefore } from './rows-before.js';
import { storeBatch } from './store.js';

export interface ProjectorOptions {
  /** `relaxed`: rows and checkpoint are lost together and read again. */
  readonly database: Database;
  readonly positions: Positions;
  readonly identities: IdentityOpener;
}

/** Keeps the read models: one statement per batch, rows and checkpoint together. */
export class Projector {
  constructor(private readonly options: ProjectorOptions) {}

  /** `moved`: nothing was written, the stored checkpoint is not `batch.previous`; reload it and read from there. */
  async handle(batch: EventBatch): Promise<'stored' | 'moved'> {
    const { previous, checkpoint: next, partition } = batch;
    const writes = await this.fold(batch);
    if (writes === 'moved' || !(await storeBatch(this.options.database, writes, { previous, next }))) return 'moved';
    this.options.positions.passed(partition, next.offset);
    return 'stored';
  }

  /**
   * The rows a batch builds on are read without a lock: they only change with the checkpoint, whose compare-and-set
   * fails when they did. Folding over such rows may already break an invariant of the core.
   */
  private async fold({ events, previous, partition }: EventBatch): Promise<readonly TableWrite[] | 'moved'> {
    const { database, identities } = this.options;
    try {
      return foldBatch(events, await readRowsBefore({ sql: database, identities }, events));
    } catch (error) {
      const stored = await new ProjectionCheckpoints(database).load(partition);
      if (stored?.offset !== previous?.offset || stored?.claim !== previous?.claim) return 'moved';
      throw error;
    }
  }
}
