import { hash } from 'node:crypto';
import { GENESIS_HASH } from '../../domain/credits/account.js';
import { hashedOf } from '../../domain/credits/chain.js';
import { statementText } from '../../domain/credits/ledger-statement.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import type { Instant } from '../../domain/kernel/instant.js';
import type { EntryView } from '../../projections/credits/credit-entries.query.js';
import type { CoveringStatement } from '../../projections/credits/ledger-proof.query.js';
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

/** A line that carries its own hash, and that hash. */
export interface HashedLine {
  readonly line: string;
  readonly hash: string;
}

export interface ExportHead {
  readonly org: OrgId;
  readonly unit: Unit;
  readonly exportedAt: Instant;
  /** Number of the first entry. */
  readonly from: number;
}

export const firstLine = ({ org, unit, exportedAt, from }: ExportHead): HashedLine => {
  const kind = 'ledger';
  const v = EXPORT_VERSION;
  const own = sha256(JSON.stringify({ exportedAt, from, kind, org, unit, v }));
  return { line: JSON.stringify({ exportedAt, from, hash: own, kind, org, unit, v }), hash: own };
};

/** A signed statement, and the way from the org's head to the root that it names. */
export interface Inclusion {
  readonly covering: CoveringStatement;
  /** Of the org's leaf, from 0. */
  readonly index: number;
  readonly path: readonly string[];
  /** Base64 of the SPKI DER. */
  readonly publicKey: string;
}

/** Stands right behind the entry that is the head it speaks of. */
export const checkpointLine = ({ covering, index, path, publicKey }: Inclusion): HashedLine => {
  const { org, entry, hash: headHash } = covering.head;
  const head = { entry, hash: headHash, org };
  const kind = 'checkpoint';
  const statement: unknown = JSON.parse(statementText(covering.statement));
  const rest = { head, index, kind, path, publicKey, signature: covering.signature, statement };
  const own = sha256(JSON.stringify(rest));
  return { line: JSON.stringify({ hash: own, ...rest }), hash: own };
};

export interface ExportEnd {
  readonly entries: number;
  /** Hash of the first line. */
  readonly header: string;
  /** Of the last entry; null when there is none. */
  readonly head: string | null;
  /** Hash of the checkpoint's line; null when there is none. */
  readonly checkpoint: string | null;
}

export const lastLine = ({ checkpoint, entries, head: last, header }: ExportEnd): HashedLine => {
  const kind = 'end';
  const head = last ?? GENESIS_HASH;
  const own = sha256(JSON.stringify({ checkpoint, entries, head, header, kind }));
  return { line: JSON.stringify({ checkpoint, entries, hash: own, head, header, kind }), hash: own };
};

const sha256 = (text: string): string => hash('sha256', text);
