import type { OrgProvisioning } from '../auth/org-provisioning.js';
import type { AttemptsQuery } from '../projections/attempt-log/attempt-log.query.js';
import type { CreditEntriesQuery } from '../projections/credits/credit-entries.query.js';
import type { CreditHistoryQuery } from '../projections/credits/credit-history.query.js';
import type { LedgerProofQuery } from '../projections/credits/ledger-proof.query.js';
import type { CreditsQuery } from '../projections/credits/credits.query.js';
import type { EnrichmentsQuery } from '../projections/enrichments/enrichments.query.js';
import type { ValuesQuery } from '../projections/enrichments/values.query.js';
import type { PersonsQuery } from '../projections/persons/persons.query.js';
import type { SettingsQuery } from '../projections/settings/settings.query.js';
import type { LedgerPublicKeys } from '../vault/ledger-key.js';
import type { Positions } from '../projections/positions.js';

/** What `http` needs besides use cases; `app.module.ts` fills the tokens. Every query takes the org first. */
export type EnrichmentReader = Pick<EnrichmentsQuery, 'newest' | 'newestOfEach'>;
export const ENRICHMENT_READER = Symbol('ENRICHMENT_READER');

export type AttemptReader = Pick<AttemptsQuery, 'ofEnrichment'>;
export const ATTEMPT_READER = Symbol('ATTEMPT_READER');

export type PersonReader = Pick<PersonsQuery, 'byId' | 'byKeys' | 'list' | 'select'>;
export const PERSON_READER = Symbol('PERSON_READER');

export type ValueReader = Pick<ValuesQuery, 'ofPerson'>;
export const VALUE_READER = Symbol('VALUE_READER');

export type CreditReader = Pick<CreditsQuery, 'balance' | 'balanceAt'>;
export const CREDIT_READER = Symbol('CREDIT_READER');

export type SettingsReader = Pick<SettingsQuery, 'of'>;
export const SETTINGS_READER = Symbol('SETTINGS_READER');

export type CreditHistoryReader = Pick<CreditHistoryQuery, 'list'>;
export const CREDIT_HISTORY_READER = Symbol('CREDIT_HISTORY_READER');

export type CreditEntriesReader = Pick<CreditEntriesQuery, 'list' | 'last'>;
export const CREDIT_ENTRIES_READER = Symbol('CREDIT_ENTRIES_READER');

export type LedgerProofReader = Pick<LedgerProofQuery, 'covering' | 'lastCovered' | 'heads'>;
export const LEDGER_PROOF_READER = Symbol('LEDGER_PROOF_READER');

/** `src/vault/ledger-key.ts`: what verifies statements about the ledger. */
export type LedgerKeyReader = Pick<LedgerPublicKeys, 'all'>;
export const LEDGER_KEYS = Symbol('LEDGER_KEYS');

/** Which orgs there are, for operators, who name one (`src/auth/org-provisioning.ts`). */
export type OrgDirectory = Pick<OrgProvisioning, 'exists'>;
export const ORG_DIRECTORY = Symbol('ORG_DIRECTORY');

/** How far the read models are. */
export type ReadPositions = Pick<Positions, 'waitFor'>;
export const READ_POSITIONS = Symbol('READ_POSITIONS');

/** `src/vault/vault.ts`: opens what queries return. */
export const VAULT = Symbol('VAULT');
export const CLOCK = Symbol('CLOCK');

/** `src/observability/event-loop-slices.ts`: the one of the process. */
export const SLICES = Symbol('SLICES');

/** The installation's unit. */
export type Unit = 'credit' | 'decicredit';
export const UNIT = Symbol('UNIT');
