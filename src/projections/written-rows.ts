import { LRUCache } from 'lru-cache';
import type { EnrichmentId, OrgId } from '../domain/kernel/ids.js';
import { isSameRecord, type Checkpoint, type Move } from '../log/checkpoint.js';
import type { Folded } from './batch.js';
import type { Generation } from './store.js';
import type { AccountRow } from './credits/credit-accounts.projection.js';
import type { EnrichmentRow } from './enrichments/enrichments.projection.js';

const ENRICHMENTS_MAX = 5_000;
const ACCOUNTS_MAX = 5_000;

/**
 * Rows as this process wrote them last, so that a batch seldom has to read what it builds on. They stand for a
 * partition as long as its next batch begins where the one before ended, in the same tables; otherwise somebody else
 * wrote meanwhile, or a rebuild has put right what stood there.
 */
export class WrittenRows {
  private tables: Generation | null = null;
  private readonly positions = new Map<number, Checkpoint>();
  /** Those that still wait for their end: others are hardly ever changed again. */
  private readonly enrichments = new LRUCache<EnrichmentId, EnrichmentRow>({ max: ENRICHMENTS_MAX });
  private readonly accounts = new LRUCache<OrgId, AccountRow>({ max: ACCOUNTS_MAX });

  /** The tables that the rows were written to; null: none yet. */
  get generation(): Generation | null {
    return this.tables;
  }

  enrichment(id: EnrichmentId): EnrichmentRow | undefined {
    return this.enrichments.get(id);
  }

  account(orgId: OrgId): AccountRow | undefined {
    return this.accounts.get(orgId);
  }

  /** Before a partition's batch is folded: forgets everything when it does not begin where the last one ended. */
  begin(partition: number, previous: Checkpoint | null): void {
    const known = this.positions.get(partition);
    if (known !== undefined && (previous === null || !isSameRecord(known, previous))) this.clear();
  }

  /** The positions stand in these tables now. */
  stored(moves: readonly Move[], generation: Generation): void {
    if (this.tables !== generation) this.clear();
    this.tables = generation;
    for (const { next } of moves) this.positions.set(next.partition, next);
  }

  /** The rows as they were stored. */
  take({ enrichments, accounts }: Folded['after']): void {
    for (const row of enrichments) {
      if (row.enrichment.pending === null) this.enrichments.delete(row.enrichment.id);
      else this.enrichments.set(row.enrichment.id, row);
    }
    for (const row of accounts) this.accounts.set(row.account.orgId, row);
  }

  clear(): void {
    this.tables = null;
    this.positions.clear();
    this.enrichments.clear();
    this.accounts.clear();
  }
}
