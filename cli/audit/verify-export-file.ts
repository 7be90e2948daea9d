import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { keyIdOf, verifyExport, type ExportReport, type VerifyOptions } from '../../sdk/ledger/index.js';
import { EXIT, Failure } from '../failure.js';
import { print, table } from '../output.js';

export interface VerifyFileOptions {
  readonly json: boolean;
  /** A file with the answer of `GET /api/v1/credits/keys`. */
  readonly keys?: string;
}

const FINDINGS_SHOWN_MAX = 50;
const COLUMNS = ['org', 'entries', 'balance', 'reserved', 'chain head'];

/** Checks an exported ledger with nothing but the file; the exit code says whether all of it holds. */
export const verifyExportFile = async (file: string, { json, keys }: VerifyFileOptions): Promise<number> => {
  const options = keys === undefined ? {} : { keyIds: await keyIdsIn(keys) };
  const report = await verified(file, options);
  const ok = report.findings.length === 0;
  print(json, { ok, ...report }, linesOf(file, report));
  return ok ? EXIT.ok : EXIT.difference;
};

const verified = (file: string, options: VerifyOptions): Promise<ExportReport> =>
  readable(file, () => verifyExport(createReadStream(file), options));

/** Ids are computed from the keys: what the file says of them proves nothing. */
const keyIdsIn = async (file: string): Promise<readonly string[]> => {
  const text = await readable(file, () => readFile(file, 'utf8'));
  try {
    const { keys } = JSON.parse(text) as { keys: readonly { publicKey: string }[] };
    return keys.map(({ publicKey }) => keyIdOf(publicKey));
  } catch (error) {
    throw new Failure(`${file} is no answer of GET /api/v1/credits/keys`, { cause: error });
  }
};

const readable = async <T>(file: string, read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`, { cause: error });
  }
};

const verdictOf = (isSigned: boolean): string => (isSigned ? 'all of it holds' : 'all of it is consistent in itself');

const counted = (findings: number): string => `${findings} ${findings === 1 ? 'finding' : 'findings'}`;

const linesOf = (file: string, { findings, ...report }: ExportReport): readonly string[] => {
  const { org, entries, balance, reserved, head, signed } = report;
  const row = [org ?? '?', entries, balance ?? '?', reserved ?? '?', head?.slice(0, 16) ?? '?'].map(String);
  const signature =
    signed === null
      ? 'nothing is signed: anyone could have written this'
      : `signed up to entry ${signed.entry} as of ${signed.asOf} by key ${signed.keyId}; later entries are not signed`;
  const verdict = findings.length === 0 ? verdictOf(signed !== null) : counted(findings.length);
  const shown = findings.slice(0, FINDINGS_SHOWN_MAX).map(({ line, problem }) => `  line ${line}: ${problem}`);
  return [...table([COLUMNS, row]), '', signature, `${file}: ${verdict}`, ...shown];
};
