import type { KeyId, OrgId, Sealed } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { FoundEmail, FoundPhone, SealedValues, Vault } from '../../vault/vault.js';

/** EN-11. */
interface Sighting {
  readonly firstSeen: Instant;
  readonly billable: boolean;
}
export type EmailDetails = FoundEmail & Sighting;
export type PhoneDetails = FoundPhone & Sighting;
export interface ContactDetails {
  readonly emails: readonly EmailDetails[];
  readonly phones: readonly PhoneDetails[];
}
export const NO_CONTACTS: ContactDetails = { emails: [], phones: [] };

/** A row of found values; `charged`: credits were captured for it. */
export interface FoundRow {
  readonly keyId: KeyId;
  readonly sealed: Sealed;
  readonly foundAt: Instant;
  readonly charged: boolean;
}

const VERIFIED: ReadonlySet<FoundEmail['status']> = new Set(['deliverable', 'catch_all_verified']);

/** EN-10: verified professional emails, and phones that are valid. */
const isShownEmail = ({ type, status }: FoundEmail): boolean => type === 'work' && VERIFIED.has(status);
const isShownPhone = ({ status }: FoundPhone): boolean => status === 'valid';

/** @throws KeyDestroyed when the person was erased meanwhile */
export const openContacts = async (
  vault: Pick<Vault, 'warm' | 'open'>,
  orgId: OrgId,
  rows: readonly FoundRow[],
): Promise<ContactDetails> => {
  await vault.warm(orgId, [...new Set(rows.map(({ keyId }) => keyId))]);
  const opened = await Promise.all(
    rows.map(async (row) => ({
      row,
      values: (await vault.open(orgId, row.keyId, 'values', row.sealed)) as SealedValues,
    })),
  );
  return {
    emails: bestFirst(opened.flatMap(({ row, values }) => sighted(values.emails?.filter(isShownEmail) ?? [], row))),
    phones: bestFirst(opened.flatMap(({ row, values }) => sighted(values.phones?.filter(isShownPhone) ?? [], row))),
  };
};

const sighted = <Found extends object>(found: readonly Found[], { foundAt, charged }: FoundRow) =>
  found.map((one) => ({ ...one, firstSeen: foundAt, billable: charged }));

/** One entry per value: the newest finding of it, dated by the first; the surest first, then the newest. */
const bestFirst = <Found extends FoundEmail | FoundPhone>(
  newestFirst: readonly (Found & Sighting)[],
): readonly (Found & Sighting)[] => {
  const byValue = new Map<string, Found & Sighting>();
  for (const found of newestFirst) {
    const newer = byValue.get(found.value);
    byValue.set(found.value, newer === undefined ? found : { ...newer, firstSeen: found.firstSeen });
  }
  return [...byValue.values()].sort((left, right) => right.confidence - left.confidence);
};
