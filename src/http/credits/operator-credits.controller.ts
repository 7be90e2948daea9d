import { Controller, Inject, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { AdjustCredits } from '../../commands/adjust-credits.command.js';
import { ApiError, invalidInput } from '../../commands/api-error.js';
import type { Executed } from '../../commands/gateway.js';
import { GrantCredits } from '../../commands/grant-credits.command.js';
import { RefundEnrichment } from '../../commands/refund-enrichment.command.js';
import type { RequestKey } from '../../commands/request-key.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { Answer } from '../answer.js';
import { Writing, type WriteContext } from '../idempotency/write-context.js';
import { instantAt } from '../input/instants.js';
import { Input } from '../input/input.decorator.js';
import { ORG_DIRECTORY, UNIT } from '../ports.js';
import type { OrgDirectory, Unit } from '../ports.js';
import { Documented } from '../openapi/operation-doc.js';
import { CreditNotes } from './credit-notes.js';
import { ADJUST_CREDITS, GRANT_CREDITS, REFUND_ENRICHMENT } from './operator-credits.docs.js';
import { AdjustmentDto, GrantDto, RefundDto } from './operator-credits.dto.js';

/** CR-12: money, of any org. Only the scope `operator` may, which only the CLI issues. */
@Controller('api/v1/credits')
@Scopes('operator')
export class OperatorCreditsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(CreditNotes) private readonly notes: CreditNotes,
    @Inject(ORG_DIRECTORY) private readonly orgs: OrgDirectory,
    @Inject(UNIT) private readonly unit: Unit,
  ) {}

  @Post('grants')
  @Documented(GRANT_CREDITS)
  async grant(
    @Input('body') { orgId: named, description, ...given }: GrantDto,
    @CurrentPrincipal() principal: Principal,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const { key, correlationId } = keyedHead(writing);
    const orgId = await this.orgOf(principal, named);
    const { amount, source, referenceId = null } = given;
    const expiresAt = given.expiresAt === undefined ? null : instantAt(given.expiresAt);
    const note = description === undefined ? {} : { note: await this.notes.seal(orgId, key.id, description) };
    const credits = { amount, source, expiresAt, referenceId, by: principal.createdBy, ...note };
    const granted = await this.commands.execute(new GrantCredits({ orgId, credits, key, correlationId }));
    const { grantId } = granted.result;
    return this.answer(granted, { grantId, orgId, amount, source, expiresAt, referenceId });
  }

  @Post('refunds')
  @Documented(REFUND_ENRICHMENT)
  async refund(
    @Input('body') { orgId: named, enrichmentId, amount: part, reason, reasonCode = 'other' }: RefundDto,
    @CurrentPrincipal() principal: Principal,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const { key, correlationId } = keyedHead(writing);
    const orgId = await this.orgOf(principal, named);
    const note = await this.notes.seal(orgId, key.id, reason);
    const data = { enrichmentId, amount: part ?? null, reasonCode, by: principal.createdBy, note };
    const refunded = await this.commands.execute(new RefundEnrichment({ orgId, data, key, correlationId }));
    const { transactionId, amount } = refunded.result;
    return this.answer(refunded, { transactionId, orgId, enrichmentId, amount, reasonCode });
  }

  @Post('adjustments')
  @Documented(ADJUST_CREDITS)
  async adjust(
    @Input('body') { orgId: named, amount, reason, reasonCode = 'other' }: AdjustmentDto,
    @CurrentPrincipal() principal: Principal,
    @Writing() writing: WriteContext,
  ): Promise<Answer> {
    const { key, correlationId } = keyedHead(writing);
    const orgId = await this.orgOf(principal, named);
    const note = await this.notes.seal(orgId, key.id, reason);
    const data = { amount, reasonCode, by: principal.createdBy, note };
    const adjusted = await this.commands.execute(new AdjustCredits({ orgId, data, key, correlationId }));
    const { transactionId } = adjusted.result;
    return this.answer(adjusted, { transactionId, orgId, amount, reasonCode });
  }

  /** @throws ApiError for an org that a test key must not reach, or that does not exist */
  private async orgOf({ orgId: own, mode }: Principal, named: OrgId = own): Promise<OrgId> {
    if (mode === 'test' && named !== own) {
      throw new ApiError({ code: 'FORBIDDEN', reason: 'test_key', message: 'A test key reaches only its own sandbox' });
    }
    if (await this.orgs.exists(named)) return named;
    throw new ApiError({ code: 'NOT_FOUND', reason: 'unknown_org', message: 'There is no such org' });
  }

  private answer(
    { result, position, replayed }: Executed<'GrantCredits' | 'RefundEnrichment' | 'AdjustCredits'>,
    about: Readonly<Record<string, unknown>>,
  ): Answer {
    const { balance, available } = result;
    const credits = { reserved: 0, charged: 0, available };
    return new Answer({ ...about, balance, available, unit: this.unit }, { status: 201, position, replayed, credits });
  }
}

/** money never moves twice by accident. @throws ApiError without a key */
const keyedHead = (writing: WriteContext): { readonly key: RequestKey; readonly correlationId: string } => {
  const { key, correlationId } = writing.head();
  if (key !== null) return { key, correlationId };
  throw invalidInput('Idempotency-Key', 'An Idempotency-Key is required', 'idempotency_key_required');
};
