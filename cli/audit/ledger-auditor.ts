import { GENESIS_HASH, type Grant } from '../../src/domain/credits/account.js';
import { isCreditEvent, ledgerEntryOf, verifyLink, type CreditEventType } from '../../src/domain/credits/chain.js';
import type { EnrichmentId, GrantId, OrgId, Sha256 } from '../../src/domain/kernel/ids.js';
import type { StoredEvent } from '../../src/events/event.js';

/** Something that must not be: where it stands and which rule it breaks. */
export interface Finding {
  readonly orgId: OrgId;
  /** Null when a row of the read model is wrong that no record stands behind. */
  readonly partition: number | null;
  /** Offset in the events topic; null when the read model is wrong and the log is right. */
  readonly offset: bigint | null;
  readonly problem: string;
}

/** What an org's credits come to, recomputed from its entries alone. */
export interface OrgLedger {
  entry: number;
  hash: string;
  balance: number;
  reserved: number;
  readonly grants: Map<GrantId, Grant>;
  /** Credits still set aside per open enrichment. */
  readonly open: Map<EnrichmentId, number>;
  /** What each enrichment cost: it may come back much later. */
  readonly captured: Map<EnrichmentId, number>;
  /** Enrichments that something came back for. */
  readonly refunded: Set<EnrichmentId>;
  /** The entry that was read last. */
  last: CreditStored | null;
}

export type CreditStored = Extract<StoredEvent, { readonly type: CreditEventType }>;

export interface LedgerAuditorOptions {
  readonly sha256: Sha256;
  /** What the installation counts credits in; part of every hash. */
  readonly unit: string;
  /** Called after each entry, with the ledger as it left it. */
  readonly onEntry: (event: CreditStored, ledger: OrgLedger) => void;
}

/**
 * Recomputes every org's ledger and checks API CR-14 on the way: unbroken chain, available ≥ 0, reserved = captured
 * + released + open, at most one capture per enrichment and only when found, at most one refund of it and of no more. It
 * shares the hash with the service and nothing else: sums are its own.
 */
export class LedgerAuditor {
  readonly orgs = new Map<OrgId, OrgLedger>();
  readonly findings: Finding[] = [];

  constructor(private readonly options: LedgerAuditorOptions) {}

  /** Events of one partition in order, already passed by the reader rules. */
  read(event: StoredEvent): void {
    if (isCreditEvent(event)) this.readEntry(event);
    else if (event.type === 'EnrichmentFinished') this.settle(event);
  }

  private readEntry(event: CreditStored): void {
    const ledger = this.ledgerOf(event.orgId);
    const broken = verifyLink(this.options, ledger, event);
    if (broken !== null) this.report(event, `entry ${event.data.entry}: the chain breaks (${broken})`);
    const { amount, reservedDelta } = ledgerEntryOf(event);
    ledger.entry = event.data.entry;
    ledger.hash = event.data.hash;
    ledger.balance += amount;
    ledger.reserved += reservedDelta;
    this.moveGrants(ledger, event);
    this.moveEnrichments(ledger, event);
    this.check(event, ledger.balance - ledger.reserved === event.data.available, 'available is not balance − reserved');
    this.check(event, event.data.available >= 0, 'available is below zero');
    this.check(event, ledger.reserved >= 0, 'reserved is below zero');
    ledger.last = event;
    this.options.onEntry(event, ledger);
  }

  private moveGrants(ledger: OrgLedger, event: CreditStored): void {
    for (const { grantId, delta } of event.data.grants) {
      const known = ledger.grants.get(grantId) ?? grantOf(grantId, event);
      const free = event.type === 'CreditsCaptured' ? 0 : delta;
      const isReservation = event.type === 'CreditsReserved' || event.type === 'CreditsReleased';
      const reserved = event.type === 'CreditsCaptured' ? delta : isReservation ? -delta : 0;
      const grant = { ...known, free: known.free + free, reserved: known.reserved + reserved };
      this.check(event, grant.free >= 0 && grant.reserved >= 0, `grant ${grantId} is overdrawn`);
      if (grant.free === 0 && grant.reserved === 0) ledger.grants.delete(grantId);
      else ledger.grants.set(grantId, grant);
    }
  }

  private moveEnrichments(ledger: OrgLedger, event: CreditStored): void {
    if (event.type === 'CreditsReserved') {
      const sum = event.data.enrichments.reduce((total, { amount }) => total + amount, 0);
      this.check(event, sum === event.data.amount, 'the reservation is not the sum of its enrichments');
      for (const { enrichmentId, amount } of event.data.enrichments) ledger.open.set(enrichmentId, amount);
    } else if (event.type === 'CreditsCaptured' || event.type === 'CreditsReleased') {
      const { enrichmentId, amount } = event.data;
      const left = (ledger.open.get(enrichmentId) ?? 0) - amount;
      this.check(event, left >= 0, `enrichment ${enrichmentId} spends or returns more than it reserved`);
      if (left > 0) ledger.open.set(enrichmentId, left);
      else ledger.open.delete(enrichmentId);
      if (event.type === 'CreditsCaptured') this.capture(ledger, event, enrichmentId, amount);
    } else if (event.type === 'CreditsRefunded') {
      this.refund(ledger, event);
    }
  }

  private capture(ledger: OrgLedger, event: CreditStored, enrichmentId: EnrichmentId, amount: number): void {
    this.check(event, !ledger.captured.has(enrichmentId), `enrichment ${enrichmentId} is captured twice`);
    ledger.captured.set(enrichmentId, amount);
  }

  private refund(ledger: OrgLedger, event: StoredEvent<'CreditsRefunded'>): void {
    const { enrichmentId, amount } = event.data;
    const paid = ledger.captured.get(enrichmentId) ?? 0;
    this.check(event, !ledger.refunded.has(enrichmentId), `enrichment ${enrichmentId} is refunded twice`);
    this.check(event, amount <= paid, `enrichment ${enrichmentId} is refunded ${amount}, and ${paid} was captured`);
    ledger.refunded.add(enrichmentId);
  }

  private settle(event: StoredEvent<'EnrichmentFinished'>): void {
    const ledger = this.ledgerOf(event.orgId);
    const { enrichmentId, outcome, captured } = event.data;
    const paid = ledger.captured.get(enrichmentId) ?? 0;
    this.check(event, paid === captured, `enrichment ${enrichmentId} says ${captured} captured, the ledger ${paid}`);
    this.check(event, outcome === 'found' || paid === 0, `enrichment ${enrichmentId} is charged but ${outcome}`);
    this.check(event, !ledger.open.has(enrichmentId), `enrichment ${enrichmentId} ended with credits still reserved`);
  }

  private ledgerOf(orgId: OrgId): OrgLedger {
    const known = this.orgs.get(orgId);
    if (known !== undefined) return known;
    const fresh = {
      entry: 0,
      hash: GENESIS_HASH,
      balance: 0,
      reserved: 0,
      grants: new Map(),
      open: new Map(),
      captured: new Map(),
      refunded: new Set<EnrichmentId>(),
      last: null,
    };
    this.orgs.set(orgId, fresh);
    return fresh;
  }

  private check(event: StoredEvent, holds: boolean, problem: string): void {
    if (!holds) this.report(event, problem);
  }

  private report({ orgId, partition, offset }: StoredEvent, problem: string): void {
    this.findings.push({ orgId, partition, offset, problem });
  }
}

const grantOf = (id: GrantId, { type, data, time }: CreditStored): Grant => ({
  id,
  free: 0,
  reserved: 0,
  expiresAt: type === 'CreditsGranted' ? data.expiresAt : null,
  grantedAt: time,
});
