import { hash } from 'node:crypto';
import { GENESIS_HASH } from '../../domain/credits/account.js';
import { hashedOf } from '../../domain/credits/chain.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { EntryView } from '../../projections/credits/credit-entries.query.js';
import type { Unit } from '../ports.js';

/** CR-10: what is hashed, and the hash. Nothing else: whatever a client sees here, it can check. */
export const presentEntry = (entry: EntryView, unit: Unit) => ({ ...hashedOf({ ...entry, unit }), hash: entry.hash });

/** Of the format of the export; docs/ledger-proof.md describes it. */
const EXPORT_VERSION = 1;

// Every line is in RFC 8785 form, so that each of its bytes is fixed by what it says: keys stand here in that order.

export const entryLine = (entry: EntryView, unit: Unit): string => {
  const { amount, entry: number, grants, ...rest } = hashedOf({ ...entry, unit });
  return JSON.stringify({ amount, entry: number, grants, hash: entry.hash, ...rest });
};

export interface ExportHead {
  readonly org: OrgId;
  readonly unit: Unit;
  readonly exportedAt: Instant;
}

/** A line that carries its own hash, and that hash. */
export interface HashedLine {
  readonly line: string;
  readonly hash: string;
}

export const firstLine = ({ org, unit, exportedAt }: ExportHead): HashedLine => {
  const kind = 'ledger';
  const v = EXPORT_VERSION;
  const own = sha256(JSON.stringify({ exportedAt, kind, org, unit, v }));
  return { line: JSON.stringify({ exportedAt, hash: own, kind, org, unit, v }), hash: own };
};

export interface ExportEnd {
  readonly entries: number;
  /** Of the first line. */
  readonly header: string;
  /** Of the last entry; null when there is none. */
  readonly head: string | null;
}

export const lastLine = ({ entries, head: last, header }: ExportEnd): HashedLine => {
  const kind = 'end';
  const head = last ?? GENESIS_HASH;
  const own = sha256(JSON.stringify({ entries, head, header, kind }));
  return { line: JSON.stringify({ entries, hash: own, head, header, kind }), hash: own };
};

const sha256 = (text: string): string => hash('sha256', text);
