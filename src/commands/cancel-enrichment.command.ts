import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { OrgId, PersonId } from '../domain/kernel/ids.js';
import type { Field } from '../domain/waterfall/plan.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';
import { TERMS_SOURCE, type TermsSource } from './ports.js';
import { keyedBy, type RequestKey } from './request-key.js';

export interface Cancellation {
  readonly orgId: OrgId;
  readonly personId: PersonId;
  readonly field: Field;
  readonly correlationId: string;
  readonly key?: RequestKey | null;
}

/** Ends a pending enrichment and releases all of it (OP-21). */
export class CancelEnrichment extends Command<Executed<'CancelEnrichment'>> {
  constructor(readonly cancellation: Cancellation) {
    super();
  }
}

@CommandHandler(CancelEnrichment)
export class CancelEnrichmentHandler implements ICommandHandler<CancelEnrichment> {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: Commands,
    @Inject(TERMS_SOURCE) private readonly terms: TermsSource,
  ) {}

  execute({ cancellation }: CancelEnrichment): Promise<Executed<'CancelEnrichment'>> {
    const { orgId, personId, field, correlationId, key = null } = cancellation;
    const { optionsHash } = this.terms.termsFor(orgId, field);
    const data = { personId, field, optionsHash };
    return this.gateway.execute('CancelEnrichment', orgId, data, { correlationId, ...keyedBy(key) });
  }
}
