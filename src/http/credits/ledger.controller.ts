import { Readable } from 'node:stream';
import { Controller, Get, Header, Inject, StreamableFile } from '@nestjs/common';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import type { Clock } from '../../domain/kernel/clock.js';
import { instantOf } from '../../domain/kernel/instant.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Input } from '../input/input.decorator.js';
import { CLOCK, CREDIT_ENTRIES_READER, UNIT } from '../ports.js';
import type { CreditEntriesReader, Unit } from '../ports.js';
import { exportLines } from './ledger-export.js';
import { EntriesDto, entriesCursor, entryBefore } from './ledger.dto.js';
import { presentEntry } from './ledger.presenter.js';

/** CR-10, CR-11: the org's whole chain, oldest first. */
@Controller('api/v1/credits')
export class LedgerController {
  constructor(
    @Inject(CREDIT_ENTRIES_READER) private readonly entries: CreditEntriesReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
    @Inject(UNIT) private readonly unit: Unit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  @Get('entries')
  @Scopes('credits')
  async list(
    @Input('query') asked: EntriesDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<Answer> {
    const { limit } = asked;
    const page = { after: entryBefore(orgId, asked), limit: limit + 1 };
    const found = await this.consistency.read({ orgId, sent }, () => this.entries.list(orgId, page));
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    const nextCursor = last === undefined ? null : entriesCursor(orgId, last.entry);
    return new Answer({ entries: shown.map((entry) => presentEntry(entry, this.unit)), nextCursor });
  }

  @Get('export')
  @Scopes('credits')
  @Header('content-disposition', 'attachment; filename="ledger.ndjson"')
  async export(
    @Input('path') _: object,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<StreamableFile> {
    const last = await this.consistency.read({ orgId, sent }, () => this.entries.last(orgId));
    const { entries, unit } = this;
    const lines = exportLines({ entries, last, unit, org: orgId, exportedAt: instantOf(this.clock.now()) });
    return new StreamableFile(Readable.from(lines, { objectMode: false }), { type: 'application/x-ndjson' });
  }
}
