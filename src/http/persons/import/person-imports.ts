import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidInput } from '../../../commands/api-error.js';
import { Unavailable } from '../../../commands/outcomes.js';
import type { Position } from '../../../commands/ports.js';
import { IDENTITY_VAULT, type IdentityVault } from '../../../commands/record-person.command.js';
import type { Clock } from '../../../domain/kernel/clock.js';
import { idOfHash, type OrgId } from '../../../domain/kernel/ids.js';
import { mapInSlices, type Slices } from '../../../observability/event-loop-slices.js';
import type { IncomingFile } from '../../input/file-body.js';
import { CLOCK, SLICES } from '../../ports.js';
import { candidateOf, isCandidate } from './candidate.js';
import type { OtherColumns } from './csv-columns.js';
import { csvRows } from './csv-rows.js';
import { IMPORTS_MAX } from './import-bounds.js';
import { isFault, type Row, type RowFault } from './import-row.js';
import { ImportSource } from './import-source.js';
import { ImportTally, type ImportCounts } from './import-tally.js';
import { linesOf } from './lines.js';
import { ndjsonRows } from './ndjson-rows.js';
import { windowsOf } from './windows.js';
import { WindowRecorder, type ImportOrder, type Recorded } from './window-recorder.js';

export interface FileOrder extends ImportOrder {
  readonly file: IncomingFile;
  readonly otherColumns: OtherColumns;
}

/** How far an import is. */
export interface ImportProgress extends ImportCounts {
  /** Read so far; `bytesTotal` is null when the client did not say. */
  readonly bytes: number;
  readonly bytesTotal: number | null;
}

/** PR-04. */
export interface ImportResult extends ImportCounts {
  /** Follows from org and content: the same file has the same. */
  readonly importId: string;
  /** The first ERRORS_MAX. */
  readonly errors: readonly RowFault[];
}

export interface FinishedImport {
  readonly result: ImportResult;
  readonly position: Position | null;
}

const BUSY_RETRY_AFTER_S = 5;

/**
 * Imports people row by row, while the file arrives (PR-04). Nothing is kept of an import itself: its rows are ordinary
 * persons in the log, recognised by their identities, so that a file that was cut off is simply sent again.
 */
@Injectable()
export class PersonImports {
  private running = 0;

  constructor(
    @Inject(WindowRecorder) private readonly recorder: WindowRecorder,
    @Inject(IDENTITY_VAULT) private readonly vault: IdentityVault,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(SLICES) private readonly slices: Slices,
  ) {}

  /**
   * Yields after each window of rows, returns at the end of the file; whoever stops asking stops the work.
   * @throws ApiError about the file as a whole; Unavailable. What was recorded until then stays.
   */
  async *run(order: FileOrder): AsyncGenerator<ImportProgress, FinishedImport> {
    if (this.running >= IMPORTS_MAX) throw new Unavailable('overloaded', BUSY_RETRY_AFTER_S);
    this.running += 1;
    const tally = new ImportTally();
    try {
      const source = new ImportSource(order.file, this.clock);
      for await (const window of windowsOf(rowsOf(source, order))) {
        await this.take(window, order, tally);
        yield { ...tally.counts, bytes: source.bytes, bytesTotal: order.file.bytesTotal };
      }
      if (source.bytes === 0) throw emptyFile();
      return finished(order.orgId, source.contentHash(), tally);
    } catch (error) {
      throw telling(error, tally.counts);
    } finally {
      this.running -= 1;
    }
  }

  private async take(window: readonly Row[], order: ImportOrder, tally: ImportTally): Promise<void> {
    const checked = await mapInSlices(this.slices, window, (row) =>
      isFault(row) ? [row] : candidateOf(row, this.vault),
    );
    const recorded = (await this.recorder.record(order, checked.filter(isCandidate))).values();
    if (order.gone.aborted) throw clientGone();
    for (const one of checked) {
      const outcome: Recorded = isCandidate(one) ? (recorded.next().value ?? []) : one;
      if ('outcome' in outcome) tally.add(outcome.outcome, outcome.position);
      else tally.fail(outcome);
    }
  }
}

const rowsOf = (source: ImportSource, { file, otherColumns }: FileOrder): AsyncGenerator<readonly Row[]> => {
  const lines = linesOf(source.chunks());
  return file.type === 'csv' ? csvRows(lines, otherColumns) : ndjsonRows(lines);
};

const finished = (orgId: OrgId, contentHash: string, tally: ImportTally): FinishedImport => {
  const importId = idOfHash(createHash('sha256').update(`${orgId}\0${contentHash}`).digest('hex'));
  return { result: { importId, ...tally.counts, errors: tally.errors }, position: tally.position };
};

/** Whoever sent too much is told what of it was taken. */
const telling = (error: unknown, counts: ImportCounts): unknown => {
  if (!(error instanceof ApiError) || error.code !== 'PAYLOAD_TOO_LARGE') return error;
  const { code, reason, message, headers, details } = error;
  return new ApiError({ code, reason, message, headers, details: { ...(details as object), ...counts } });
};

export const emptyFile = (): ApiError => invalidInput('', 'The file is empty', 'empty_file');

/** Nobody reads this answer; it keeps the log free of a failure that is none. */
const clientGone = (): ApiError =>
  new ApiError({ code: 'VALIDATION_ERROR', reason: 'incomplete_file', message: 'The client is gone' });
