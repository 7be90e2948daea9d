import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandDataByType } from '../domain/command.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';
import { keyedBy, type RequestKey } from './request-key.js';

export interface Refund {
  readonly orgId: OrgId;
  readonly data: CommandDataByType['RefundEnrichment'];
  readonly correlationId: string;
  readonly key: RequestKey;
}

/** Gives back what an enrichment cost (CR-12). */
export class RefundEnrichment extends Command<Executed<'RefundEnrichment'>> {
  constructor(readonly refund: Refund) {
    super();
  }
}

@CommandHandler(RefundEnrichment)
export class RefundEnrichmentHandler implements ICommandHandler<RefundEnrichment> {
  constructor(@Inject(COMMAND_GATEWAY) private readonly gateway: Commands) {}

  execute({ refund }: RefundEnrichment): Promise<Executed<'RefundEnrichment'>> {
    const { orgId, data, correlationId, key } = refund;
    return this.gateway.execute('RefundEnrichment', orgId, data, { correlationId, ...keyedBy(key) });
  }
}
