import type { OrgId } from '../../domain/kernel/ids.js';
import type { SealedIdentity } from '../../vault/vault.js';
import { searchable } from './searchable.js';

/** What filters need of an identity, and no more (DESIGN §6): as it is compared, not as it is shown. */
export interface ClearColumns {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly fullName: string | null;
  readonly title: string | null;
  readonly companyName: string | null;
  readonly companyDomain: string | null;
  readonly country: string | null;
  readonly linkedinUrl: string | null;
  /** Under the org (`tagOf`); null when there are none. */
  readonly tags: readonly string[] | null;
}

/** The index over tags knows no orgs, so every tag names its own: a tag that all orgs use is found at once. */
export const tagOf = (orgId: OrgId, tag: string): string => `${orgId}/${searchable(tag)}`;

/** Of what was sealed; null: its key was destroyed, and nothing is left to be found by. */
export const clearColumnsOf = (orgId: OrgId, identity: SealedIdentity | null): ClearColumns => ({
  firstName: textOf(identity?.firstName),
  lastName: textOf(identity?.lastName),
  fullName: textOf(identity?.fullName),
  title: textOf(identity?.title),
  companyName: textOf(identity?.companyName),
  companyDomain: textOf(identity?.companyDomain),
  country: textOf(identity?.country),
  linkedinUrl: textOf(identity?.linkedinUrl),
  tags: tagsOf(orgId, identity?.tags ?? []),
});

const textOf = (text: string | undefined): string | null => (text === undefined ? null : emptyToNull(searchable(text)));

/** A text of accents alone leaves nothing to be compared. */
const emptyToNull = (text: string): string | null => (text === '' ? null : text);

const tagsOf = (orgId: OrgId, tags: readonly string[]): readonly string[] | null =>
  tags.length === 0 ? null : [...new Set(tags.map((tag) => tagOf(orgId, tag)))];
