import type { OrgId } from '../../domain/kernel/ids.js';
import type { CreditEntriesReader } from '../ports.js';
import { entryLine, firstLine, lastLine, type ExportHead } from './ledger.presenter.js';

/** Entries that are in memory at once; whoever reads slowly holds no more than that. */
const ENTRIES_AT_ONCE = 500;

export interface LedgerExport extends ExportHead {
  readonly entries: Pick<CreditEntriesReader, 'list'>;
  /** Number of the last entry that belongs to the export; the chain may grow meanwhile. */
  readonly last: number;
}

/** CR-11: the lines of an export, some at a time. An export that breaks off lacks its last line. */
export async function* exportLines({ entries, last, ...head }: LedgerExport): AsyncGenerator<string> {
  const { org, unit } = head;
  const first = firstLine(head);
  yield `${first.line}\n`;
  let after = 0;
  let lastHash: string | null = null;
  while (after < last) {
    const page = await nextPage(entries, org, { after, limit: Math.min(ENTRIES_AT_ONCE, last - after) });
    yield page.map((entry) => `${entryLine(entry, unit)}\n`).join('');
    after += page.length;
    lastHash = page.at(-1)?.hash ?? lastHash;
  }
  yield `${lastLine({ entries: last, head: lastHash, header: first.hash }).line}\n`;
}

/** Entries are dense: a page that is short of them would make an export that seems whole. */
const nextPage = async (
  entries: LedgerExport['entries'],
  org: OrgId,
  { after, limit }: { readonly after: number; readonly limit: number },
) => {
  const page = await entries.list(org, { after, limit });
  if (page.length !== limit) throw new Error(`${org} has no entry ${after + page.length + 1}`);
  return page;
};
