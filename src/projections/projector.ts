import type { Database, Sql } from '../db/database.js';
import type { StoredEvent } from '../events/event.js';
import type { EventBatch } from '../log/event-follower.js';
import { foldBatch } from './batch.js';
import { ProjectionCheckpoints } from './checkpoints.js';
import type { Positions } from './positions.js';
import { readRowsBefore } from './rows-before.js';

export interface ProjectorOptions {
  /** `relaxed`: rows and checkpoint are lost together and read again. */
  readonly database: Database;
  readonly positions: Positions;
}

/** Keeps the read models: one transaction per batch, rows and checkpoint together. */
export class Projector {
  constructor(private readonly options: ProjectorOptions) {}

  /** `moved`: nothing was written, the stored checkpoint is not `batch.previous`; reload it and read from there. */
  async handle(batch: EventBatch): Promise<'stored' | 'moved'> {
    const stored = batch.events.length === 0 ? await this.pass(batch) : await this.project(batch);
    if (!stored) return 'moved';
    this.options.positions.passed(batch.partition, batch.checkpoint.offset);
    return 'stored';
  }

  private pass({ previous, checkpoint }: EventBatch): Promise<boolean> {
    return new ProjectionCheckpoints(this.options.database).advance(previous, checkpoint);
  }

  /**
   * The checkpoint comes first: its row lock keeps a second projector of the partition from folding the same rows,
   * and a batch that lost costs one statement. Nothing is written when it does not match.
   */
  private project({ previous, checkpoint, events }: EventBatch): Promise<boolean> {
    return this.options.database.transaction(async (sql) => {
      if (!(await new ProjectionCheckpoints(sql).advance(previous, checkpoint))) return false;
      await writeEvents(sql, events, 'upsert');
      return true;
    });
  }
}

/** `fill`: tables that are only appended to hold nothing yet and have no keys (rebuild). */
export const writeEvents = async (sql: Sql, events: readonly StoredEvent[], mode: 'upsert' | 'fill'): Promise<void> => {
  const writes = foldBatch(events, await readRowsBefore(sql, events));
  for (const { table, parameters } of writes) {
    const isFill = mode === 'fill' && table.appendOnly;
    await sql.query(isFill ? table.insert : table.upsert, parameters);
  }
};
