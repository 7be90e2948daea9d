import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';
import { TERMS_SOURCE, type TermsSource } from './ports.js';
import { keyedBy, type RequestKey } from './request-key.js';
import { requestedData, type EnrichmentsAsked } from './requested-data.js';

export interface EnrichmentsRequest extends EnrichmentsAsked {
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

  async execute({ request }: RequestEnrichments): Promise<Executed<'RequestEnrichments'>> {
    const { correlationId, key = null, ...asked } = request;
    const data = requestedData(this.terms, asked);
    return this.gateway.execute('RequestEnrichments', asked.orgId, data, { correlationId, ...keyedBy(key) });
  }
}
