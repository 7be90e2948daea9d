import { LRUCache } from 'lru-cache';
import type { EnrichmentId, OrgId } from '../domain/kernel/ids.js';
import { isSameRecord, type Checkpoint, type Move } from '../log/checkpoint.js';
import type { Folded } from './batch.js';
import type { AccountRow } from './credits/credit-accounts.projection.js';
import type { EnrichmentRow } from './enrichments/enrichments.projection.js';

const ENRICHMENTS_MAX = 5_000;
const ACCOUNTS_MAX = 5_000;

/**
 * Rows as this process wrote them last, so that a batch seldom has to read what it builds on. They stand for a
 * partition as long as its next batch begins where the one before ended; otherwise somebody else wrote meanwhile.
 */
export class WrittenRows {
  private readonly positions = new Map<number, Checkpoint>();
  /** Those that still wait for their end: others are hardly ever changed again. */
  private readonly enrichments = new LRUCache<EnrichmentId, EnrichmentRow>({ max: ENRICHMENTS_MAX });
  private readonly accounts = new LRUCache<OrgId, AccountRow>({ max: ACCOUNTS_MAX });

  enrichment(id: EnrichmentId): EnrichmentRow | undefined {
    return this.enrichments.get(id);
  }

  account(orgId: OrgId): AccountRow | undefined {
    return this.accounts.get(orgId);
  }

  /** Before a partition's batch is folded: forgets its rows when they are not as of where the batch begins. */
  begin(partition: number, previous: Checkpoint | null): void {
    const known = this.positions.get(partition);
    if (known !== undefined && (previous === null || !isSameRecord(known, previous))) this.forget(partition);
  }

  /** The rows were stored together with these positions. */
  stored(moves: readonly Move[], { enrichments, accounts }: Folded['after']): void {
    for (const { next } of moves) this.positions.set(next.partition, next);
    for (const row of enrichments) {
      if (row.enrichment.pending === null) this.enrichments.delete(row.enrichment.id);
      else this.enrichments.set(row.enrichment.id, row);
    }
    for (const row of accounts) this.accounts.set(row.account.orgId, row);
  }

  private forget(partition: number): void {
    this.positions.delete(partition);
    for (const [id, row] of this.enrichments) if (row.partition === partition) this.enrichments.delete(id);
    for (const [orgId, row] of this.accounts) if (row.partition === partition) this.accounts.delete(orgId);
  }
}
