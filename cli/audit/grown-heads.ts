import type { OrgHead } from '../../src/domain/credits/merkle.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';

/** How many of the newest entries are kept one by one: a statement may lag so far behind the log. */
const ENTRIES_KEPT = 200_000;

interface GrownHead {
  readonly seq: number;
  readonly head: OrgHead;
}

/** The heads of a partition that have grown since the last statement, as of any seq not long ago. */
export class GrownHeads {
  private readonly settled = new Map<OrgId, OrgHead>();
  private settledSeq = 0;
  private newest: GrownHead[] = [];

  constructor(private readonly kept = ENTRIES_KEPT) {}

  grow(seq: number, head: OrgHead): void {
    this.newest.push({ seq, head });
    if (this.newest.length >= 2 * this.kept) this.settle(this.newest.splice(0, this.kept));
  }

  /** Takes them out as of `upToSeq`; null: that was too long ago to tell. */
  take(upToSeq: number): readonly OrgHead[] | null {
    if (upToSeq < this.settledSeq) return null;
    const end = this.newest.findIndex(({ seq }) => seq > upToSeq);
    this.settle(this.newest.splice(0, end < 0 ? this.newest.length : end));
    const heads = [...this.settled.values()];
    this.settled.clear();
    return heads;
  }

  private settle(grown: readonly GrownHead[]): void {
    for (const { seq, head } of grown) {
      this.settled.set(head.org, head);
      this.settledSeq = seq;
    }
  }
}
