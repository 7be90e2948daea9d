import type { Position } from '../../../commands/ports.js';
import { ERRORS_MAX } from './import-bounds.js';
import type { RowFault } from './import-row.js';

/** What became of a row: `existing` was known and said nothing new. */
export type Outcome = 'created' | 'existing' | 'merged';

export interface ImportCounts {
  /** `created` + `existing` + `merged` + `failed`. */
  readonly rows: number;
  readonly created: number;
  readonly existing: number;
  readonly merged: number;
  readonly failed: number;
}

/** Adds up an import. */
export class ImportTally {
  private readonly outcomes = { created: 0, existing: 0, merged: 0 };
  private failed = 0;
  private readonly told: RowFault[] = [];
  private latest: Position | null = null;

  get counts(): ImportCounts {
    const { created, existing, merged } = this.outcomes;
    return { rows: created + existing + merged + this.failed, created, existing, merged, failed: this.failed };
  }

  /** The first ERRORS_MAX, in the order of the file. */
  get errors(): readonly RowFault[] {
    return this.told;
  }

  /** Of the last row that changed anything; all of an org lie in one partition. */
  get position(): Position | null {
    return this.latest;
  }

  add(outcome: Outcome, position: Position | null): void {
    this.outcomes[outcome] += 1;
    if (position !== null && (this.latest === null || this.latest.offset < position.offset)) this.latest = position;
  }

  /** @param faults of one row */
  fail(faults: readonly RowFault[]): void {
    this.failed += 1;
    this.told.push(...faults.slice(0, ERRORS_MAX - this.told.length));
  }
}
