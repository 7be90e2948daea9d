import { createReadStream } from 'node:fs';
import { verifyExport, type ExportReport } from '../../sdk/ledger/index.js';
import { EXIT, Failure } from '../failure.js';
import { print, table } from '../output.js';

const FINDINGS_SHOWN_MAX = 50;

/** Checks an exported ledger with nothing but the file; the exit code says whether all of it holds. */
export const verifyExportFile = async (file: string, json: boolean): Promise<number> => {
  const report = await verified(file);
  const ok = report.findings.length === 0;
  print(json, { ok, ...report }, linesOf(file, report));
  return ok ? EXIT.ok : EXIT.difference;
};

const verified = async (file: string): Promise<ExportReport> => {
  try {
    return await verifyExport(createReadStream(file));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`);
  }
};

const linesOf = (file: string, { findings, ...report }: ExportReport): readonly string[] => {
  const { org, entries, balance, reserved, head } = report;
  const row = [org ?? '?', entries, balance ?? '?', reserved ?? '?', head?.slice(0, 16) ?? '?'].map(String);
  const verdict = findings.length === 0 ? 'every entry and the balance hold' : `${findings.length} findings`;
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX).map(({ line, problem }) => `  line ${line}: ${problem}`);
  return [
    ...table([['org', 'entries', 'balance', 'reserved', 'chain head'], row]),
    '',
    `${file}: ${verdict}`,
    ...shown,
  ];
};
