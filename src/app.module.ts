import { Module, type DynamicModule, type Provider, type Type } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AuthGuard, COOKIE_ALLOWED } from './auth/auth.guard.js';
import { Authenticator } from './auth/authenticator.js';
import { ANSWERED_POSITIONS } from './commands/answered-positions.js';
import { COMMAND_GATEWAY } from './commands/gateway.js';
import { LogPartitionEnds, PARTITION_ENDS } from './commands/partition-ends.js';
import { HIT_RATE_PERCENT, TERMS_SOURCE } from './commands/ports.js';
import { IDENTITY_VAULT } from './commands/record-person.command.js';
import { HealthModule } from './http/health/health.module.js';
import { METRICS } from './http/health/metrics.controller.js';
import { READINESS_SOURCE, type ReadinessSource } from './http/health/readiness.js';
import { HttpModule } from './http/http.module.js';
import { VaultedIdentities } from './http/persons/vaulted-identities.js';
import * as http from './http/ports.js';
import { CreditEntriesQuery } from './projections/credits/credit-entries.query.js';
import { CreditHistoryQuery } from './projections/credits/credit-history.query.js';
import { CreditsQuery } from './projections/credits/credits.query.js';
import { AttemptsQuery } from './projections/attempt-log/attempt-log.query.js';
import { LedgerProofQuery } from './projections/credits/ledger-proof.query.js';
import { EnrichmentsQuery } from './projections/enrichments/enrichments.query.js';
import { ValuesQuery } from './projections/enrichments/values.query.js';
import { PersonsQuery } from './projections/persons/persons.query.js';
import type { Positions } from './projections/positions.js';
import { SettingsQuery } from './projections/settings/settings.query.js';
import { ProjectionsController } from './projections/projections.controller.js';
import { Projector } from './projections/projector.js';
import { Dispatcher } from './providers/dispatcher.js';
import { ProvidersController } from './providers/providers.controller.js';
import type { LiveProcesses } from './rates/live-processes.js';
import { RequestRates } from './rates/request-rates.js';
import { LedgerPublicKeys } from './vault/ledger-key.js';
import { requestRatesOf, termsOf, type AccessParts, type CommandParts } from './parts.js';
import type { Runtime } from './runtime.js';

/** What the chosen roles are made of; null: not a role of this process. */
export interface AppParts {
  readonly runtime: Runtime;
  readonly commands: CommandParts;
  readonly access: AccessParts;
  readonly live: LiveProcesses;
  readonly positions: Positions;
  readonly projector: Projector | null;
  readonly dispatcher: Dispatcher | null;
  readonly readiness: ReadinessSource;
}

/** Hands the parts to Nest: which controllers run is which roles were chosen. */
@Module({})
export class AppModule {
  static of(parts: AppParts): DynamicModule {
    const { runtime, commands, access, live, projector, dispatcher, readiness } = parts;
    const controllers: Type[] = [];
    const providers: Provider[] = [
      { provide: APP_GUARD, useClass: AuthGuard },
      { provide: Authenticator, useValue: access.authenticator },
      { provide: RequestRates, useValue: requestRatesOf(runtime, live) },
      { provide: COOKIE_ALLOWED, useValue: runtime.config.clerk.cookie },
    ];
    if (projector !== null) {
      controllers.push(ProjectionsController);
      providers.push({ provide: Projector, useValue: projector });
    }
    if (dispatcher !== null) {
      controllers.push(ProvidersController);
      providers.push({ provide: Dispatcher, useValue: dispatcher });
    }
    const health = HealthModule.register([
      { provide: READINESS_SOURCE, useValue: readiness },
      { provide: METRICS, useValue: commands.metrics },
    ]);
    const roles = runtime.config.roles.includes('http') ? [HttpModule.register(httpPorts(parts))] : [];
    return { module: AppModule, imports: [health, ...roles], controllers, providers };
  }
}

const httpPorts = ({ runtime, commands, access, positions }: AppParts): Provider[] => {
  const { log, topics, relaxed, vault, clock, slices, config } = runtime;
  const ports: readonly [symbol, unknown][] = [
    [COMMAND_GATEWAY, commands.gateway],
    [TERMS_SOURCE, termsOf(runtime)],
    [HIT_RATE_PERCENT, config.estimateHitRatePercent],
    [IDENTITY_VAULT, new VaultedIdentities(vault)],
    [PARTITION_ENDS, new LogPartitionEnds(log, topics.events, commands)],
    [ANSWERED_POSITIONS, commands.answered],
    [http.ENRICHMENT_READER, new EnrichmentsQuery(relaxed)],
    [http.ATTEMPT_READER, new AttemptsQuery(relaxed)],
    [http.PERSON_READER, new PersonsQuery(relaxed)],
    [http.VALUE_READER, new ValuesQuery(relaxed)],
    [http.SETTINGS_READER, new SettingsQuery(relaxed)],
    [http.CREDIT_READER, new CreditsQuery(relaxed)],
    [http.CREDIT_HISTORY_READER, new CreditHistoryQuery(relaxed)],
    [http.CREDIT_ENTRIES_READER, new CreditEntriesQuery(relaxed)],
    [http.LEDGER_PROOF_READER, new LedgerProofQuery(relaxed)],
    [http.LEDGER_KEYS, new LedgerPublicKeys(relaxed)],
    [http.ORG_DIRECTORY, access.provisioning],
    [http.READ_POSITIONS, positions],
    [http.VAULT, vault],
    [http.CLOCK, clock],
    [http.SLICES, slices],
    [http.UNIT, config.unit],
  ];
  return ports.map(([provide, useValue]) => ({ provide, useValue }));
};
