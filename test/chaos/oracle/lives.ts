import type { Finding } from './finding.js';
import type { LogEvent } from './reader-rules.js';

/** Everything the log says about one enrichment. */
export interface Life {
  readonly id: string;
  readonly orgId: string;
  readonly partition: number;
  readonly personId: string;
  readonly field: string;
  readonly reservationId: string;
  readonly correlationId: string;
  /** Place among the enrichments of this person and field: 1, 2, 3 … */
  readonly generation: number;
  reserved: number;
  captured: number;
  captures: number;
  released: number;
  transactionId: string | null;
  /** null while open. */
  outcome: string | null;
}

/** A new one may only follow one of these (OP-04). */
const MAY_BE_REPLACED = ['failed', 'timed_out', 'cancelled'];

const UNSETTLED = {
  reserved: 0,
  captured: 0,
  captures: 0,
  released: 0,
  transactionId: null,
  outcome: null,
};

/** All enrichments of the log, and whether any of them lived a life that it must not. */
export class Lives {
  readonly findings: Finding[] = [];
  readonly byId = new Map<string, Life>();
  private readonly newest = new Map<string, Life>();

  read(event: LogEvent): void {
    switch (event.type) {
      case 'EnrichmentRequested':
        return this.begin(event);
      case 'CreditsReserved':
        return this.reserve(event);
      case 'CreditsCaptured':
      case 'CreditsReleased':
        return this.settle(event);
      case 'EnrichmentFinished':
        return this.end(event);
    }
  }

  /** To be called once, behind the last event. */
  close(): void {
    for (const life of this.byId.values()) {
      if (life.outcome === null) this.report('unended', life, 'was accepted and never ended');
      else if (life.reserved !== life.captured + life.released) {
        this.report('ledger', life, `reserved ${life.reserved}, captured ${life.captured}, released ${life.released}`);
      }
      if (life.captures > 0 && life.outcome !== 'found') this.report('ledger', life, `is charged but ${life.outcome}`);
    }
  }

  /** Credits of an org that are still set aside. */
  openOf(orgId: string): number {
    const own = [...this.byId.values()].filter((life) => life.orgId === orgId);
    return own.reduce((sum, { reserved, captured, released }) => sum + reserved - captured - released, 0);
  }

  private begin({ orgid, partition, data, correlationid = '' }: LogEvent): void {
    const { enrichmentId: id, personId, field, optionsHash, reservationId } = data as Record<string, string>;
    const key = `${orgid} ${personId} ${field} ${optionsHash}`;
    const before = this.newest.get(key);
    const life: Life = {
      id: id ?? '',
      orgId: orgid,
      partition,
      personId: personId ?? '',
      field: field ?? '',
      reservationId: reservationId ?? '',
      correlationId: correlationid,
      generation: (before?.generation ?? 0) + 1,
      ...UNSETTLED,
    };
    if (this.byId.has(life.id)) this.report('doubled', life, 'is requested twice');
    if (before !== undefined && !MAY_BE_REPLACED.includes(before.outcome ?? 'open')) {
      this.report('doubled', life, `stands beside ${before.id}, which is ${before.outcome ?? 'open'}`);
    }
    this.byId.set(life.id, life);
    this.newest.set(key, life);
  }

  private reserve({ data }: LogEvent): void {
    const { enrichments } = data as {
      readonly enrichments: readonly { readonly enrichmentId: string; readonly amount: number }[];
    };
    for (const { enrichmentId, amount } of enrichments) {
      const life = this.known(enrichmentId, 'credits are reserved');
      if (life === undefined) continue;
      if (life.reserved > 0) this.report('doubled', life, 'is reserved for twice');
      life.reserved += amount;
    }
  }

  private settle({ type, data }: LogEvent): void {
    const { enrichmentId, amount, transactionId } = data as {
      readonly enrichmentId: string;
      readonly amount: number;
      readonly transactionId?: string;
    };
    const life = this.known(enrichmentId, type);
    if (life === undefined) return;
    if (type === 'CreditsReleased') life.released += amount;
    else {
      if (life.captures > 0) this.report('doubled', life, 'is captured twice');
      life.captures += 1;
      life.captured += amount;
      life.transactionId = transactionId ?? null;
    }
  }

  private end({ type, data }: LogEvent): void {
    const { enrichmentId, outcome } = data as Record<string, string>;
    const life = this.known(enrichmentId ?? '', type);
    if (life === undefined) return;
    if (life.outcome !== null) this.report('doubled', life, `ended as ${life.outcome} and as ${outcome}`);
    life.outcome = outcome ?? '';
  }

  private known(id: string, what: string): Life | undefined {
    const life = this.byId.get(id);
    if (life === undefined) this.findings.push({ kind: 'ledger', what: `${what} for ${id}, which nobody requested` });
    return life;
  }

  private report(kind: Finding['kind'], { id, orgId }: Life, what: string): void {
    this.findings.push({ kind, what: `enrichment ${id} of ${orgId} ${what}` });
  }
}
