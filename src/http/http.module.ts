import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { COMMAND_HANDLERS } from '../commands/handlers.js';
import { ReadYourWrites } from './consistency/read-your-writes.js';
import { CreditNotes } from './credits/credit-notes.js';
import { CreditsController } from './credits/credits.controller.js';
import { LedgerExportController } from './credits/ledger-export.controller.js';
import { LedgerFiles } from './credits/ledger-files.js';
import { LedgerProofs } from './credits/ledger-proofs.js';
import { LedgerController } from './credits/ledger.controller.js';
import { OperatorCreditsController } from './credits/operator-credits.controller.js';
import { EnrichmentAttemptsController } from './operations/enrichment-attempts.controller.js';
import { EnrichmentCancelController } from './operations/enrichment-cancel.controller.js';
import { EnrichmentLooks } from './operations/enrichment-looks.js';
import { EnrichmentBatchController } from './operations/enrichment-batch.controller.js';
import { EnrichmentBulkController } from './operations/enrichment-bulk.controller.js';
import { EnrichmentEstimateController } from './operations/enrichment-estimate.controller.js';
import { SelectedPersons } from './operations/selected-persons.js';
import { SettingsController } from './settings/settings.controller.js';
import { EnrichmentQueryController } from './operations/enrichment-query.controller.js';
import { EnrichmentController } from './operations/enrichment.controller.js';
import { AsyncApiController } from './openapi/asyncapi.controller.js';
import { DocsController } from './openapi/docs.controller.js';
import { OpenApiDocuments } from './openapi/documents.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { KnownPersons } from './persons/import/known-persons.js';
import { PersonImportController } from './persons/import/person-import.controller.js';
import { PersonImports } from './persons/import/person-imports.js';
import { WindowRecorder } from './persons/import/window-recorder.js';
import { PersonPatchController } from './persons/person-patch.controller.js';
import { OpenPersons } from './persons/open-persons.js';
import { PersonsController } from './persons/persons.controller.js';

/** AD-01. */
const DOCUMENTS = [OpenApiController, DocsController, AsyncApiController];

/** The role `http`. Guards are global providers of whoever composes it. */
@Module({})
export class HttpModule {
  /**
   * @param ports the tokens of `ports.ts`, and of the use cases: COMMAND_GATEWAY, TERMS_SOURCE, HIT_RATE_PERCENT, IDENTITY_VAULT,
   * PARTITION_ENDS, ANSWERED_POSITIONS
   */
  static register(ports: readonly Provider[]): DynamicModule {
    return {
      module: HttpModule,
      imports: [CqrsModule.forRoot()],
      controllers: [
        EnrichmentController,
        EnrichmentBatchController,
        EnrichmentBulkController,
        EnrichmentEstimateController,
        EnrichmentQueryController,
        EnrichmentCancelController,
        EnrichmentAttemptsController,
        PersonsController,
        PersonPatchController,
        SettingsController,
        PersonImportController,
        CreditsController,
        LedgerController,
        LedgerExportController,
        OperatorCreditsController,
        ...DOCUMENTS,
      ],
      providers: [
        ...COMMAND_HANDLERS,
        ReadYourWrites,
        CreditNotes,
        LedgerFiles,
        LedgerProofs,
        OpenPersons,
        SelectedPersons,
        KnownPersons,
        WindowRecorder,
        PersonImports,
        EnrichmentLooks,
        OpenApiDocuments,
        ...ports,
      ],
    };
  }
}
