import { Controller, Get, Inject } from '@nestjs/common';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import type { Clock } from '../../domain/kernel/clock.js';
import { instantOf } from '../../domain/kernel/instant.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { instantAt } from '../input/instants.js';
import { Input } from '../input/input.decorator.js';
import { CLOCK, CREDIT_HISTORY_READER, CREDIT_READER, UNIT } from '../ports.js';
import type { CreditHistoryReader, CreditReader, Unit } from '../ports.js';
import { CreditNotes } from './credit-notes.js';
import { presentTransaction } from './transaction.presenter.js';
import { BalanceDto, historyCursor, HistoryDto, historyPageOf } from './history.dto.js';
import { Documented } from '../openapi/operation-doc.js';
import { LIST_TRANSACTIONS, SHOW_BALANCE } from './credits.docs.js';

/** CR-09. */
@Controller('api/v1/operations/credits')
export class CreditsController {
  constructor(
    @Inject(CREDIT_READER) private readonly credits: CreditReader,
    @Inject(CREDIT_HISTORY_READER) private readonly transactions: CreditHistoryReader,
    @Inject(CreditNotes) private readonly notes: CreditNotes,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
    @Inject(UNIT) private readonly unit: Unit,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The headers say what is available now, also when the body is of another time. */
  @Get('balance')
  @Documented(SHOW_BALANCE)
  @Scopes('credits')
  async balance(
    @Input('query') { at }: BalanceDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<Answer> {
    const now = await this.consistency.read({ orgId, sent }, () =>
      this.credits.balance(orgId, instantOf(this.clock.now())),
    );
    const asked = at === undefined ? now : await this.credits.balanceAt(orgId, instantAt(at));
    const { balance, reserved, available, nextExpiry } = asked;
    const body = { balance, organizationId: orgId, reserved, available, unit: this.unit, nextExpiry };
    return new Answer(body, { credits: { reserved: 0, charged: 0, available: now.available } });
  }

  /** Newest first; `count` is that of this page. */
  @Get('history')
  @Documented(LIST_TRANSACTIONS)
  @Scopes('credits')
  async history(
    @Input('query') asked: HistoryDto,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<Answer> {
    const page = historyPageOf(orgId, asked);
    const { limit, filter } = page;
    const oneMore = { ...page, limit: limit + 1 };
    const found = await this.consistency.read({ orgId, sent }, () => this.transactions.list(orgId, oneMore));
    const shown = found.slice(0, limit);
    const last = found.length > limit ? shown.at(-1) : undefined;
    const nextCursor = last === undefined ? null : historyCursor(orgId, filter, last.entry);
    const notes = await this.notes.open(
      orgId,
      shown.map(({ note }) => note),
    );
    const transactions = shown.map((transaction, index) => presentTransaction(transaction, notes[index] ?? null));
    return new Answer({ transactions, count: shown.length, nextCursor });
  }
}
