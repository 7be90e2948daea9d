import type { OrgId, Sha256 } from '../../src/domain/kernel/ids.js';
import type { Cells } from './read-model.js';

/** Of no entries. */
const EMPTY = '';

/** One rolling hash per org over all rows of its entries: every column counts, and none has to be kept. */
export class EntryDigests {
  private readonly byOrg = new Map<OrgId, string>();

  constructor(private readonly sha256: Sha256) {}

  /** Rows of one org in the order of their entries. */
  add(orgId: OrgId, row: Cells): void {
    this.byOrg.set(orgId, this.sha256(`${this.of(orgId)}${JSON.stringify(row)}`));
  }

  of(orgId: OrgId): string {
    return this.byOrg.get(orgId) ?? EMPTY;
  }

  /** Orgs whose rows differ, whichever side has them. */
  differingFrom(other: EntryDigests): ReadonlySet<OrgId> {
    const orgs = new Set([...this.byOrg.keys(), ...other.byOrg.keys()]);
    return new Set([...orgs].filter((orgId) => this.of(orgId) !== other.of(orgId)));
  }
}
