import type { EntryView } from '../../projections/credits/credit-entries.query.js';
import type { CreditEntriesReader } from '../ports.js';
import { checkpointLine, entryLine, firstLine, lastLine } from './ledger.presenter.js';
import type { ExportHead, HashedLine, Inclusion } from './ledger.presenter.js';

/** Entries that are in memory at once; whoever reads slowly holds no more than that. */
const ENTRIES_AT_ONCE = 500;

export interface LedgerExport extends ExportHead {
  readonly entries: Pick<CreditEntriesReader, 'list'>;
  /** Number of the last entry that belongs to the export; the chain may grow meanwhile. */
  readonly last: number;
  /** Of a head between the first and the last entry. */
  readonly inclusion: Inclusion | null;
}

/** CR-11: the lines of an export, some at a time. An export that breaks off lacks its last line. */
export async function* exportLines(asked: LedgerExport): AsyncGenerator<string> {
  const { from, last, unit, inclusion } = asked;
  const first = firstLine(asked);
  yield `${first.line}\n`;
  const checkpoint = inclusion === null ? null : checkpointLine(inclusion);
  let after = from - 1;
  let head: string | null = null;
  while (after < last) {
    const page = await nextPage(asked, { after, limit: Math.min(ENTRIES_AT_ONCE, last - after) });
    yield page.map((entry) => linesOf(entry, { unit, inclusion, checkpoint })).join('');
    after += page.length;
    head = page.at(-1)?.hash ?? head;
  }
  const end = { entries: last - from + 1, header: first.hash, head, checkpoint: checkpoint?.hash ?? null };
  yield `${lastLine(end).line}\n`;
}

type Context = Pick<LedgerExport, 'unit' | 'inclusion'> & { readonly checkpoint: HashedLine | null };

const linesOf = (entry: EntryView, { unit, inclusion, checkpoint }: Context): string => {
  const line = `${entryLine(entry, unit)}\n`;
  const isHead = checkpoint !== null && inclusion?.covering.head.entry === entry.entry;
  return isHead ? `${line}${checkpoint.line}\n` : line;
};

/** Entries are dense: a page that is short of them would make an export that seems whole. */
const nextPage = async (
  { entries, org }: LedgerExport,
  { after, limit }: { readonly after: number; readonly limit: number },
): Promise<readonly EntryView[]> => {
  const page = await entries.list(org, { after, limit });
  if (page.length !== limit) throw new Error(`${org} has no entry ${after + page.length + 1}`);
  return page;
};
