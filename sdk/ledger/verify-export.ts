import { Account } from './account.js';
import { canonicalJson, hashWithout, type Json, type JsonObject } from './canonical.js';
import { faultOfCheckpoint, type CheckpointLine } from './checkpoint.js';
import { faultOfEntry, faultOfMove, GENESIS_HASH, type Entry } from './entry.js';
import { linesOf, type Line } from './lines.js';

/** Something that must not be in an export, and the line (from 1) where it stands. */
export interface Finding {
  readonly line: number;
  readonly problem: string;
}

export interface ExportReport {
  /** null: the first line does not say. */
  readonly org: string | null;
  readonly unit: string | null;
  readonly entries: number;
  /** Hash of the last entry; compare it with one that you kept. */
  readonly head: string | null;
  /** null when a broken entry leaves them unknown. */
  readonly balance: number | null;
  readonly reserved: number | null;
  /** What the signed statement in the file covers; null: nothing in it is signed. */
  readonly signed: SignedHead | null;
  /** Empty: every entry is whole, in its place, and within the rules. At most FINDINGS_MAX. */
  readonly findings: readonly Finding[];
}

export interface SignedHead {
  /** The last entry that is covered. */
  readonly entry: number;
  /** When the statement was made, by the broker's clock. */
  readonly asOf: string;
  readonly keyId: string;
}

export interface VerifyOptions {
  /**
   * Ids of the keys that may have signed: a file that none of them signed does not hold, because whoever forges entries
   * leaves the signature out. Left out: whichever key the file names or none, so look at `signed` yourself.
   */
  readonly keyIds?: readonly string[];
}

export const FINDINGS_MAX = 1_000;

/**
 * Checks a file of `GET /api/v1/credits/export` offline, in one pass and constant memory (but for open reservations).
 * Every byte of it is covered: lines must be canonical, entries carry their hash and that of the entry before, the
 * first and the last line hash themselves.
 */
export const verifyExport = async (
  file: AsyncIterable<Uint8Array>,
  options: VerifyOptions = {},
): Promise<ExportReport> => {
  const verifier = new ExportVerifier(options);
  for await (const line of linesOf(file)) verifier.read(line);
  return verifier.report();
};

/** What the first line says of all others. */
interface Header {
  readonly org: string;
  readonly unit: string;
  readonly hash: string;
}

/** After a broken line, what it said is unknown: what follows is checked against what is known still. */
class ExportVerifier {
  private readonly findings: Finding[] = [];
  private lines = 0;
  private header: Header | null = null;
  private entries = 0;
  private head: string | null = GENESIS_HASH;
  private nextEntry: number | null = 1;
  private account: Account | null = new Account();
  /** False as soon as one line could not be read for what it is. */
  private isCounted = true;
  private isLastWhole = false;
  private hasEnded = false;
  private checkpoint: CheckpointLine | null = null;

  constructor(private readonly options: VerifyOptions) {}

  read(line: Line): void {
    this.lines = line.number;
    const parsed = parse(line);
    this.isLastWhole = typeof parsed !== 'string';
    if (typeof parsed === 'string') return this.broken(parsed);
    if (this.hasEnded) return this.find('something stands behind the end');
    if (line.number === 1) return this.readHeader(parsed);
    if (parsed['kind'] === 'checkpoint') return this.readCheckpoint(parsed);
    if (parsed['kind'] === 'end') return this.readEnd(parsed);
    this.readEntry(parsed);
  }

  report(): ExportReport {
    if (!this.hasEnded && (this.isLastWhole || this.lines === 0)) {
      this.lines += 1;
      this.find('the end is missing: the file was cut off');
    }
    const { header, entries, head, account, checkpoint, findings } = this;
    if (this.options.keyIds !== undefined && checkpoint === null) this.find('nothing is signed, and a key was given');
    return {
      org: header?.org ?? null,
      unit: header?.unit ?? null,
      entries,
      head,
      balance: account?.balance ?? null,
      reserved: account?.reserved ?? null,
      signed: checkpoint === null ? null : signedBy(checkpoint),
      findings,
    };
  }

  private readHeader(line: JsonObject): void {
    if (line['kind'] !== 'ledger') return this.broken('this is no export of a ledger');
    if (line['v'] !== 1) return this.broken('this version of the export is not known');
    const { org, unit, from, hash } = line;
    if (hashWithout(line) !== hash) return this.broken('the hash is not that of the line');
    if (typeof org !== 'string' || typeof unit !== 'string' || !Number.isSafeInteger(from)) {
      return this.broken('the first line names no org, unit or first entry');
    }
    this.header = { org, unit, hash };
    if (from !== 1) this.begin(from as number);
  }

  /** In the middle of the chain: what came before is not in the file. */
  private begin(from: number): void {
    this.nextEntry = from;
    this.head = null;
    this.account = null;
  }

  private readCheckpoint(line: JsonObject): void {
    const fault = faultOfCheckpoint(line);
    if (fault !== null) return this.broken(fault);
    const checkpoint = line as unknown as CheckpointLine;
    const { head, statement } = checkpoint;
    const { keyIds } = this.options;
    const isHere = this.head === null || (head.hash === this.head && head.entry + 1 === this.nextEntry);
    if (!isHere || (this.header !== null && head.org !== this.header.org)) {
      this.find('the checkpoint is not about the entry before it');
    }
    if (keyIds !== undefined && !keyIds.includes(statement.keyId))
      this.find(`signed by the unknown key ${statement.keyId}`);
    if (this.checkpoint !== null) this.find('there is more than one checkpoint');
    this.checkpoint = checkpoint;
  }

  private readEntry(line: JsonObject): void {
    this.entries += 1;
    const fault = faultOfEntry(line);
    if (fault !== null) return this.broken(fault);
    const entry = line as unknown as Entry;
    this.checkPlace(entry);
    const wrong = faultOfMove(entry) ?? this.account?.add(entry) ?? null;
    if (wrong !== null) this.find(`entry ${entry.entry}: ${wrong}`);
    this.head = entry.hash;
    this.nextEntry = entry.entry + 1;
  }

  private checkPlace({ org, unit, entry, prevHash }: Entry): void {
    const { header, nextEntry, head } = this;
    if (header !== null && org !== header.org) this.find(`entry ${entry} is of another org`);
    if (header !== null && unit !== header.unit) this.find(`entry ${entry} is in another unit`);
    if (nextEntry !== null && entry !== nextEntry) this.find(`entry ${entry} stands where ${nextEntry} belongs`);
    else if (head !== null && prevHash !== head) this.find(`entry ${entry} does not follow the entry before it`);
  }

  private readEnd(line: JsonObject): void {
    this.hasEnded = true;
    const { entries, head, header, checkpoint, hash } = line;
    if (hashWithout(line) !== hash) return this.broken('the hash is not that of the line');
    if (this.isCounted && entries !== this.entries)
      this.find(`there are ${this.entries} entries, not as many as it says`);
    else if (this.head !== null && head !== this.head) this.find('the last entry is not the one the export ended with');
    if (this.header !== null && header !== this.header.hash) this.find('the first line is not of this export');
    if (this.isCounted && checkpoint !== (this.checkpoint?.hash ?? null))
      this.find('the checkpoint is not of this export');
  }

  private broken(problem: string): void {
    this.find(problem);
    this.isCounted = false;
    this.head = null;
    this.nextEntry = null;
    this.account = null;
  }

  private find(problem: string): void {
    if (this.findings.length < FINDINGS_MAX) this.findings.push({ line: this.lines, problem });
  }
}

const signedBy = ({ head, statement }: CheckpointLine): SignedHead => ({
  entry: head.entry,
  asOf: statement.asOf,
  keyId: statement.keyId,
});

/** The object of a line, or what is wrong with its bytes. */
const parse = ({ bytes, ended }: Line): JsonObject | string => {
  if (bytes === null) return 'the line is too long';
  if (!ended) return 'the line has no end: the file was cut off';
  try {
    const value = JSON.parse(bytes.toString('utf8')) as Json;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'the line is not a JSON object';
    const isCanonical = Buffer.from(canonicalJson(value)).equals(bytes);
    return isCanonical ? (value as JsonObject) : 'the line is not in canonical form';
  } catch {
    return 'the line is not JSON of ours';
  }
};
