import type { ArrayParameter } from '../db/array-parameter.js';
import type { EnrichmentId } from '../domain/kernel/ids.js';
import { invariant } from '../domain/kernel/errors.js';
import type { StreamState } from '../domain/state.js';
import { streams, type StreamKey } from '../domain/streams.js';
import type { StoredEvent } from '../events/event.js';
import { runAtOnce } from '../observability/event-loop-slices.js';
import { ATTEMPT_LOG, foldAttempts } from './attempt-log/attempt-log.projection.js';
import { CREDIT_ACCOUNTS, foldAccounts, type AccountRow } from './credits/credit-accounts.projection.js';
import { CREDIT_ENTRIES, foldEntries } from './credits/credit-entries.projection.js';
import { foldLedgerCheckpoints, LEDGER_CHECKPOINTS } from './credits/ledger-checkpoints.projection.js';
import { ENRICHMENTS, foldEnrichments, type EnrichmentRow } from './enrichments/enrichments.projection.js';
import { evolveSteps } from './evolution.js';
import { foldKnownContacts, KNOWN_CONTACTS } from './known-contacts/known-contacts.projection.js';
import type { OpenedIdentities } from './persons/identities.js';
import { foldPersonFindings, PERSON_FINDINGS } from './persons/person-findings.projection.js';
import { foldPersons, PERSONS } from './persons/persons.projection.js';
import { foldSettings, SETTINGS } from './settings/settings.projection.js';
import type { Table } from './table.js';

/** All read models. */
export const TABLES: readonly Table<never>[] = [
  ENRICHMENTS,
  CREDIT_ACCOUNTS,
  CREDIT_ENTRIES,
  PERSONS,
  PERSON_FINDINGS,
  KNOWN_CONTACTS,
  ATTEMPT_LOG,
  LEDGER_CHECKPOINTS,
  SETTINGS,
];

/** What a batch builds on: rows as they stand before it, and the identities in it, opened. */
export interface RowsBefore {
  readonly enrichments: readonly EnrichmentRow[];
  readonly accounts: readonly AccountRow[];
  /** Of the persons that the batch records (`identitiesIn`). */
  readonly identities: OpenedIdentities;
}

/** The last state of each row of one table that a batch changed. */
export interface TableWrite {
  readonly table: Pick<Table<never>, 'name' | 'appendOnly' | 'insertSql'>;
  readonly rows: number;
  readonly parameters: readonly ArrayParameter[];
}

/** What a batch leaves behind. */
export interface Folded {
  readonly writes: readonly TableWrite[];
  /** What the next batch builds on: the last state of the rows that it changed. */
  readonly after: Pick<RowsBefore, 'enrichments' | 'accounts'>;
}

/** Folds events, each partition's in log order, to at most one write per table. Pure. */
export const foldBatch = (events: readonly StoredEvent[], before: RowsBefore): Folded =>
  runAtOnce(foldSteps(events, before));

/** `foldBatch`, stopping wherever the event loop may turn: events and rows by the thousand take longer than a turn may. */
export function* foldSteps(events: readonly StoredEvent[], before: RowsBefore): Generator<void, Folded, void> {
  const evolution = yield* evolveSteps(events, streamsOf(before));
  const fieldOf = (id: EnrichmentId) => {
    const enrichment = evolution.state.get(streams.enrichment(id));
    invariant(enrichment, `${streams.enrichment(id)} was answered before it was requested`);
    return enrichment.field;
  };
  const enrichmentsBefore = new Map(before.enrichments.map((row) => [row.enrichment.id, row]));
  const enrichments = foldEnrichments(evolution, enrichmentsBefore);
  const accounts = foldAccounts(evolution);
  const writes = [
    yield* write(ENRICHMENTS, enrichments),
    yield* write(CREDIT_ACCOUNTS, accounts),
    yield* write(CREDIT_ENTRIES, foldEntries(evolution)),
    yield* write(PERSONS, foldPersons(events, before.identities)),
    yield* write(PERSON_FINDINGS, foldPersonFindings(events)),
    yield* write(KNOWN_CONTACTS, foldKnownContacts(events, fieldOf)),
    yield* write(ATTEMPT_LOG, foldAttempts(events)),
    yield* write(LEDGER_CHECKPOINTS, foldLedgerCheckpoints(events)),
    yield* write(SETTINGS, foldSettings(events)),
  ].filter(({ rows }) => rows > 0);
  return { writes, after: { enrichments, accounts } };
}

function* write<Row>(table: Table<Row>, rows: readonly Row[]): Generator<void, TableWrite, void> {
  const parameters: ArrayParameter[] = [];
  if (rows.length > 0) {
    for (const parameter of table.parameters(rows)) {
      parameters.push(parameter);
      yield;
    }
  }
  return { table, rows: rows.length, parameters };
}

const streamsOf = ({ enrichments, accounts }: RowsBefore): ReadonlyMap<StreamKey, StreamState> =>
  new Map<StreamKey, StreamState>([
    ...enrichments.map(({ enrichment }) => [streams.enrichment(enrichment.id), enrichment] as const),
    ...accounts.map(({ account }) => [streams.account(account.orgId), account] as const),
  ]);
