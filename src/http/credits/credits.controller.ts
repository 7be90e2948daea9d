import { Controller, Get, Inject } from '@nestjs/common';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Input } from '../input/input.decorator.js';
import { CREDIT_READER, UNIT, type CreditReader, type Unit } from '../ports.js';

/** CR-09. */
@Controller('api/v1/operations/credits')
export class CreditsController {
  constructor(
    @Inject(CREDIT_READER) private readonly credits: CreditReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
    @Inject(UNIT) private readonly unit: Unit,
  ) {}

  @Get('balance')
  @Scopes('credits')
  async balance(
    @Input('path') _: object,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<Answer> {
    const figures = await this.consistency.read({ orgId, sent }, () => this.credits.balance(orgId));
    const { balance, reserved, available, nextExpiry } = figures;
    const body = { balance, organizationId: orgId, reserved, available, unit: this.unit, nextExpiry };
    return new Answer(body, { credits: { reserved: 0, charged: 0, available } });
  }
}
