import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { ResultByCommand } from '../domain/command.js';
import { expectedCostOf } from '../domain/waterfall/price.js';
import { COMMAND_GATEWAY, type Commands } from './gateway.js';
import { HIT_RATE_PERCENT, TERMS_SOURCE, type TermsSource } from './ports.js';
import { requestedData, type EnrichmentsAsked } from './requested-data.js';

export interface EnrichmentsEstimate extends EnrichmentsAsked {
  readonly correlationId: string;
}

export type Estimate = ResultByCommand['EstimateEnrichments'] & {
  /** What the new ones will probably cost, rounded up. */
  readonly expected: number;
};

/** What the same request would come to (OP-23); nothing is made, reserved or logged. */
export class EstimateEnrichments extends Command<Estimate> {
  constructor(readonly estimate: EnrichmentsEstimate) {
    super();
  }
}

@CommandHandler(EstimateEnrichments)
export class EstimateEnrichmentsHandler implements ICommandHandler<EstimateEnrichments> {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: Commands,
    @Inject(TERMS_SOURCE) private readonly terms: TermsSource,
    @Inject(HIT_RATE_PERCENT) private readonly hitRatePercent: number,
  ) {}

  async execute({ estimate }: EstimateEnrichments): Promise<Estimate> {
    const { correlationId, ...asked } = estimate;
    const data = requestedData(this.terms, asked);
    const { result } = await this.gateway.execute('EstimateEnrichments', asked.orgId, data, { correlationId });
    const expected = expectedCostOf(data.plan, { hitRatePercent: this.hitRatePercent, count: result.created });
    return { ...result, expected };
  }
}
