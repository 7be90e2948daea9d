import type { Command } from '../../../src/domain/command.js';
import { CreditBook } from './credit-book.js';
import { EnrichmentPage } from './enrichment-page.js';
import { MemoryBook } from './memory-book.js';
import { PersonBook } from './person-book.js';
import { SpendingBook } from './spending-book.js';

/** All that the oracle knows of one org. */
export class OrgBook {
  readonly credits: CreditBook;
  readonly persons = new PersonBook();
  readonly memory = new MemoryBook();
  readonly spending = new SpendingBook();
  readonly enrichments = new Map<string, EnrichmentPage>();
  private readonly current = new Map<string, EnrichmentPage>();

  constructor(readonly org: string) {
    this.credits = new CreditBook(org);
  }

  /** The newest enrichment of a person, field and options. */
  currentOf(personId: string, { field, optionsHash }: { readonly field: string; readonly optionsHash: string }) {
    return this.current.get(`${personId}/${field}/${optionsHash}`);
  }

  open(page: EnrichmentPage): void {
    const { personId, field, optionsHash } = page.request.data;
    this.enrichments.set(page.id, page);
    this.current.set(`${personId}/${field}/${optionsHash}`, page);
  }

  get pending(): readonly EnrichmentPage[] {
    return [...this.enrichments.values()].filter(({ isPending }) => isPending);
  }

  /** Persons of the request that get a new enrichment at `nowMs`: no other is active, nor finished unless forced. */
  freshOf({ data }: Command<'RequestEnrichments'>, nowMs: number): readonly string[] {
    return data.personIds.filter((personId) => {
      const page = this.currentOf(personId, data);
      if (page === undefined || !page.counts || page.isOverdue(nowMs)) return true;
      return data.force === true && !page.isPending;
    });
  }
}
