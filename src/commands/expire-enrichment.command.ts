import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { EnrichmentId, OrgId } from '../domain/kernel/ids.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';

export interface Expiry {
  readonly orgId: OrgId;
  readonly enrichmentId: EnrichmentId;
  readonly correlationId: string;
}

/** Ends an enrichment whose deadline has passed, by the log's clock; the sweeper does the same (OP-09). */
export class ExpireEnrichment extends Command<Executed<'ExpireEnrichment'>> {
  constructor(readonly expiry: Expiry) {
    super();
  }
}

@CommandHandler(ExpireEnrichment)
export class ExpireEnrichmentHandler implements ICommandHandler<ExpireEnrichment> {
  constructor(@Inject(COMMAND_GATEWAY) private readonly gateway: Commands) {}

  execute({ expiry }: ExpireEnrichment): Promise<Executed<'ExpireEnrichment'>> {
    const { orgId, enrichmentId, correlationId } = expiry;
    return this.gateway.execute('ExpireEnrichment', orgId, { enrichmentId }, { correlationId });
  }
}
