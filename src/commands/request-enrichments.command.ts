import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { Dialect } from '../domain/enrichments/enrichment.js';
import type { OrgId, PersonId } from '../domain/kernel/ids.js';
import type { Field } from '../domain/waterfall/plan.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';
import { TERMS_SOURCE, type TermsSource } from './ports.js';
import { keyedBy, type RequestKey } from './request-key.js';

export interface EnrichmentsRequest {
  readonly orgId: OrgId;
  /** Distinct, 1..1000. */
  readonly personIds: readonly PersonId[];
  readonly field: Field;
  readonly createdBy: string;
  readonly dialect: Dialect;
  readonly correlationId: string;
  readonly key?: RequestKey | null;
}

/** Reuse or reserve, all or nothing (OP-04, OP-12). */
export class RequestEnrichments extends Command<Executed<'RequestEnrichments'>> {
  constructor(readonly request: EnrichmentsRequest) {
    super();
  }
}

@CommandHandler(RequestEnrichments)
export class RequestEnrichmentsHandler implements ICommandHandler<RequestEnrichments> {
  constructor(
    @Inject(COMMAND_GATEWAY) private readonly gateway: Commands,
    @Inject(TERMS_SOURCE) private readonly terms: TermsSource,
  ) {}

  execute({ request }: RequestEnrichments): Promise<Executed<'RequestEnrichments'>> {
    const { orgId, correlationId, key = null, ...asked } = request;
    const data = { ...asked, ...this.terms.termsFor(orgId, request.field) };
    return this.gateway.execute('RequestEnrichments', orgId, data, { correlationId, ...keyedBy(key) });
  }
}
