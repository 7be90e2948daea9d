import { AdjustCreditsHandler } from './adjust-credits.command.js';
import { CancelEnrichmentHandler } from './cancel-enrichment.command.js';
import { ChangeSettingsHandler } from './change-settings.command.js';
import { EstimateEnrichmentsHandler } from './estimate-enrichments.command.js';
import { ExpireEnrichmentHandler } from './expire-enrichment.command.js';
import { GrantCreditsHandler } from './grant-credits.command.js';
import { MergePersonHandler } from './merge-person.command.js';
import { RecordPersonHandler } from './record-person.command.js';
import { RefundEnrichmentHandler } from './refund-enrichment.command.js';
import { RequestEnrichmentsHandler } from './request-enrichments.command.js';

/** All use cases, as providers of a module that imports `CqrsModule.forRoot()`. */
export const COMMAND_HANDLERS = [
  RequestEnrichmentsHandler,
  EstimateEnrichmentsHandler,
  ChangeSettingsHandler,
  RecordPersonHandler,
  MergePersonHandler,
  CancelEnrichmentHandler,
  ExpireEnrichmentHandler,
  GrantCreditsHandler,
  RefundEnrichmentHandler,
  AdjustCreditsHandler,
] as const;
