import { Readable } from 'node:stream';
import { Inject, Injectable, StreamableFile } from '@nestjs/common';
import type { Clock } from '../../domain/kernel/clock.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { instantOf } from '../../domain/kernel/instant.js';
import { CLOCK, CREDIT_ENTRIES_READER, UNIT } from '../ports.js';
import type { CreditEntriesReader, Unit } from '../ports.js';
import { exportLines, type LedgerExport } from './ledger-export.js';

/** The part of an org's chain that a file holds, and what of it is signed. */
export type LedgerPart = Pick<LedgerExport, 'from' | 'last' | 'inclusion'>;

const FILE = { type: 'application/x-ndjson', disposition: 'attachment; filename="ledger.ndjson"' };

/** Exports as HTTP answers: read as fast as the client takes them. */
@Injectable()
export class LedgerFiles {
  constructor(
    @Inject(CREDIT_ENTRIES_READER) private readonly entries: CreditEntriesReader,
    @Inject(UNIT) private readonly unit: Unit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Number of the newest entry; 0 when there is none. */
  lastEntry(orgId: OrgId): Promise<number> {
    return this.entries.last(orgId);
  }

  stream(org: OrgId, part: LedgerPart): StreamableFile {
    const { entries, unit, clock } = this;
    const lines = exportLines({ ...part, org, entries, unit, exportedAt: instantOf(clock.now()) });
    return new StreamableFile(Readable.from(lines, { objectMode: false }), FILE);
  }
}
