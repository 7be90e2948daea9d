import { Controller, Get, Inject } from '@nestjs/common';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Input } from '../input/input.decorator.js';
import { CREDIT_ENTRIES_READER, LEDGER_KEYS, UNIT } from '../ports.js';
import type { CreditEntriesReader, LedgerKeyReader, Unit } from '../ports.js';
import { EntriesDto, entriesCursor, entryBefore } from './ledger.dto.js';
import { presentEntry } from './ledger.presenter.js';
import { Documented } from '../openapi/operation-doc.js';
import { LIST_ENTRIES, LIST_LEDGER_KEYS } from './ledger.docs.js';

/** CR-10: the org's whole chain, oldest first, and the keys that sign it. */
@Controller('api/v1/credits')
export class LedgerController {
  constructor(
    @Inject(CREDIT_ENTRIES_READER) private readonly entries: CreditEntriesReader,
    @Inject(LEDGER_KEYS) private readonly publicKeys: LedgerKeyReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
    @Inject(UNIT) private readonly unit: Unit,
  ) {}

  @Get('entries')
  @Documented(LIST_ENTRIES)
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

  /** What the statements are verified with. */
  @Get('keys')
  @Documented(LIST_LEDGER_KEYS)
  @Scopes('credits')
  async keys(@Input('path') none: object): Promise<Answer> {
    void none; // Asked for only so that whatever is given is refused.
    const keys = await this.publicKeys.all();
    return new Answer({ keys: keys.map((key) => ({ ...key, algorithm: 'Ed25519' })) });
  }
}
