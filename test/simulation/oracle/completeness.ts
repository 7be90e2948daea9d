import type { Command } from '../../../src/domain/command.js';
import type { EventType } from '../../../src/events/event.js';
import { alike } from './alike.js';
import type { Fact } from './events-reader.js';
import { fundsFor } from './expectation.js';
import type { OrgBook } from './org-book.js';

/** What the events of a command have to be, as far as it can be told before they are looked at. */
export interface Foreseen {
  readonly command: Command;
  readonly book: OrgBook;
  readonly nowMs: number;
  /** Enrichments that end, as `id outcome`; null: the answers of the vendors decide. */
  readonly endings: readonly string[];
  /** Persons that get a new enrichment. */
  readonly fresh: readonly string[];
  /** The command told a person something. */
  readonly recorded: boolean;
  /** The command changed a setting. */
  readonly changed: boolean;
  /** Of a refusal for want of credits, or for a cap. */
  readonly details: Readonly<Record<string, unknown>> | null;
}

export const foreseen = (command: Command, book: OrgBook, nowMs: number): Foreseen => {
  const base = {
    command,
    book,
    nowMs,
    endings: [] as string[],
    fresh: [],
    recorded: false,
    changed: false,
    details: null,
  };
  switch (command.type) {
    case 'RecordPerson':
      return { ...base, recorded: !book.persons.isKnown(command) };
    case 'RequestEnrichments':
      return { ...base, ...requestForeseen(command, book, nowMs) };
    case 'RecordProviderResponse':
    case 'ExpireEnrichment': {
      const page = book.enrichments.get(command.data.enrichmentId);
      return page?.isOverdue(nowMs) === true ? { ...base, endings: [`${page.id} timed_out`] } : base;
    }
    case 'CancelEnrichment': {
      const page = book.currentOf(command.data.personId, command.data);
      return page?.isPending === true ? { ...base, endings: [`${page.id} cancelled`] } : base;
    }
    case 'AdjustCredits':
      return { ...base, details: shortOf(book, -command.data.amount, nowMs) };
    case 'GrantCredits':
    case 'RefundEnrichment':
    case 'ExpireGrants':
    case 'CheckpointLedger':
    case 'EstimateEnrichments':
      return base;
    case 'ChangeSettings':
      return { ...base, changed: book.spending.foreseen(command).isChange };
  }
};

const requestForeseen = (command: Command<'RequestEnrichments'>, book: OrgBook, nowMs: number) => {
  if (command.data.personIds.some((id) => !book.persons.has(id))) return {};
  const { fresh, overdue, available, required, broken } = fundsFor(command, book, nowMs);
  const details = broken === null ? lacking(required, available) : { ...broken };
  return { fresh, endings: overdue.map(({ id }) => `${id} timed_out`), details };
};

const shortOf = ({ credits }: OrgBook, required: number, nowMs: number) =>
  lacking(required, credits.available - credits.dueAt(nowMs));

const lacking = (required: number, available: number) =>
  required > available ? { required, available, shortfall: required - available } : null;

/** What is missing or too much in the events of an executed command; null when they are whole. */
export const completenessOf = (facts: readonly Fact[], foreseen: Foreseen): string | null => {
  const { command, book, nowMs } = foreseen;
  const { endings, credits } = { endings: endingsIn(facts), credits: book.credits };
  const expected = [
    ...foreseen.endings,
    ...(command.type === 'RecordProviderResponse' ? answeredEnd(facts, foreseen) : []),
  ];
  if (endings.join() !== expected.join()) return `it ends ${endings.join()} instead of ${expected.join()}`;
  const movesMoney = facts.some((fact) => 'hash' in fact.data || fact.type === 'EnrichmentFinished');
  if (movesMoney && credits.dueAt(nowMs) > 0) return 'what is due expires at once';
  if (command.type === 'ExpireGrants' && credits.warningsDueAt(nowMs) > 0) return 'what ends soon is spoken of';
  return partsOf(facts, foreseen) ?? memoryOf(facts, foreseen);
};

const count = (facts: readonly Fact[], type: EventType): number => facts.filter((fact) => fact.type === type).length;

const endingsIn = (facts: readonly Fact[]): readonly string[] =>
  facts.flatMap((fact) => (fact.type === 'EnrichmentFinished' ? `${fact.data.enrichmentId} ${fact.data.outcome}` : []));

/** An answer that counts ends the enrichment when the plan says so. */
const answeredEnd = (facts: readonly Fact[], { book }: Foreseen): readonly string[] => {
  const responded = facts.find((fact) => fact.type === 'ProviderResponded');
  if (responded === undefined || responded.data.late) return [];
  const page = book.enrichments.get(responded.data.enrichmentId);
  return page !== undefined && typeof page.course === 'string' ? [`${page.id} ${page.course}`] : [];
};

const partsOf = (facts: readonly Fact[], { command, book, fresh, recorded, changed }: Foreseen): string | null => {
  const is = (type: EventType, times: number): string | null =>
    count(facts, type) === times ? null : `${count(facts, type)} ${type} instead of ${times}`;
  switch (command.type) {
    case 'RecordPerson':
      return is('PersonRecorded', recorded ? 1 : 0);
    case 'RequestEnrichments':
      return is('CreditsReserved', fresh.length > 0 ? 1 : 0) ?? newOnes(facts, command, fresh);
    case 'RecordProviderResponse':
      return is('ProviderResponded', 1);
    case 'ChangeSettings':
      return is('SettingsChanged', changed ? 1 : 0);
    case 'GrantCredits':
      return is('CreditsGranted', 1) ?? grantOf(facts, command);
    case 'RefundEnrichment':
      return is('CreditsRefunded', 1) ?? refundOf(facts, command, book);
    case 'AdjustCredits':
      return is('CreditsAdjusted', 1) ?? adjustmentOf(facts, command);
    case 'ExpireEnrichment':
    case 'CancelEnrichment':
    case 'ExpireGrants':
    case 'CheckpointLedger':
    case 'EstimateEnrichments':
      return null;
  }
};

const newOnes = (facts: readonly Fact[], { data }: Command<'RequestEnrichments'>, fresh: readonly string[]) => {
  const requests = facts.filter((fact) => fact.type === 'EnrichmentRequested');
  if (requests.map((fact) => fact.data.personId).join() !== fresh.join()) return 'one enrichment per new person';
  const asAsked = requests.every(
    (fact) =>
      fact.data.field === data.field &&
      fact.data.optionsHash === data.optionsHash &&
      JSON.stringify(fact.data.plan) === JSON.stringify(data.plan) &&
      Date.parse(fact.data.deadlineAt) === fact.timeMs + data.maxAgeMs,
  );
  return asAsked ? null : 'as it was asked for';
};

const grantOf = (facts: readonly Fact[], { data }: Command<'GrantCredits'>): string | null => {
  const granted = facts.find((fact) => fact.type === 'CreditsGranted');
  const same = granted?.data.amount === data.amount && granted.data.expiresAt === data.expiresAt;
  return same ? null : 'the grant that was asked for';
};

const refundOf = (facts: readonly Fact[], { data }: Command<'RefundEnrichment'>, book: OrgBook): string | null => {
  const refunded = facts.find((fact) => fact.type === 'CreditsRefunded')?.data;
  const amount = data.amount ?? book.enrichments.get(data.enrichmentId)?.captured?.amount;
  const same = refunded?.enrichmentId === data.enrichmentId && refunded.amount === amount;
  return same && refunded.reasonCode === data.reasonCode && alike(refunded.note, data.note)
    ? null
    : 'the refund that was asked for';
};

const adjustmentOf = (facts: readonly Fact[], { data }: Command<'AdjustCredits'>): string | null => {
  const adjusted = facts.find((fact) => fact.type === 'CreditsAdjusted')?.data;
  const same = adjusted?.amount === data.amount && adjusted.reasonCode === data.reasonCode;
  return same && alike(adjusted.note, data.note) ? null : 'the adjustment that was asked for';
};

/** The answer is remembered: by its own event, unless the others tell it and no key asks for a day of memory. */
const memoryOf = (facts: readonly Fact[], { command, book, fresh, recorded, changed }: Foreseen): string | null => {
  const answered = facts.find((fact) => fact.type === 'CommandAnswered');
  const references = referencesOf(facts, command, book);
  if (references === null) return answered === undefined ? null : 'no memory of a command of our own';
  const toldByEvents =
    (command.type === 'RecordPerson' && recorded) ||
    (command.type === 'ChangeSettings' && changed) ||
    (command.type === 'RequestEnrichments' && fresh.length === command.data.personIds.length);
  if (toldByEvents && !command.keyed) return answered === undefined ? null : 'no second memory';
  return answered?.data.references.join() === references.join() ? null : `the memory of ${references.join()}`;
};

/** Ids in the order of the answer; null for what needs no memory. */
const referencesOf = (facts: readonly Fact[], command: Command, book: OrgBook): readonly string[] | null => {
  switch (command.type) {
    case 'RecordPerson': {
      const recorded = facts.find((fact) => fact.type === 'PersonRecorded');
      return [recorded?.data.personId ?? book.persons.subjectOf(command) ?? ''];
    }
    case 'RequestEnrichments':
      return command.data.personIds.map((id) => book.currentOf(id, command.data)?.id ?? '');
    case 'CancelEnrichment':
      return [book.currentOf(command.data.personId, command.data)?.id ?? ''];
    case 'GrantCredits':
      return facts.flatMap((fact) => (fact.type === 'CreditsGranted' ? fact.data.grantId : []));
    case 'RefundEnrichment':
    case 'AdjustCredits':
      return facts.flatMap((fact) => ('transactionId' in fact.data ? (fact.data.transactionId ?? []) : []));
    case 'ChangeSettings':
      return [];
    case 'RecordProviderResponse':
    case 'ExpireEnrichment':
    case 'ExpireGrants':
    case 'CheckpointLedger':
    case 'EstimateEnrichments':
      return null;
  }
};
