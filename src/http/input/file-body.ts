import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { ApiError } from '../../commands/api-error.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body by itself, row by row: text/csv or application/x-ndjson. */
    readonly streamsBody?: boolean;
  }
}

/** PR-04. */
export const FILE_BYTES_MAX = 64 * 1024 * 1024;
export type FileType = 'csv' | 'ndjson';

/** A body that is still arriving; it stands where other routes have what was parsed. */
export class IncomingFile {
  constructor(
    readonly type: FileType,
    readonly stream: Readable,
    /** As the client announced it; null: it did not. */
    readonly bytesTotal: number | null,
  ) {}
}

const FILE_TYPE =
  /^(?:text\/(csv)|application\/x-(ndjson))(?:\s*;\s*(?:charset\s*=\s*"?utf-8"?|header\s*=\s*"?present"?))*\s*;?\s*$/i;

export const fileTypeOf = (contentType: string | undefined): FileType | null => {
  const [, csv, ndjson] = FILE_TYPE.exec(contentType ?? '') ?? [];
  if (csv === undefined && ndjson === undefined) return null;
  return csv === undefined ? 'ndjson' : 'csv';
};

/** Null: another client than a browser may send it piece by piece. */
export const announcedBytes = (headers: IncomingHttpHeaders): number | null =>
  headers['content-length'] === undefined ? null : Number(headers['content-length']);

/** What the head alone tells against a file. */
export const refusalOfFile = (headers: IncomingHttpHeaders): ApiError | null => {
  if (fileTypeOf(headers['content-type']) === null) return unsupportedFile();
  return (announcedBytes(headers) ?? 0) > FILE_BYTES_MAX ? fileTooLarge() : null;
};

const unsupportedFile = (): ApiError =>
  new ApiError({
    code: 'UNSUPPORTED_MEDIA_TYPE',
    reason: 'unsupported_media_type',
    message: 'The body must be the file itself, as text/csv or application/x-ndjson in UTF-8',
    headers: { accept: 'text/csv, application/x-ndjson' },
  });

/** @param sofar what was imported before the limit was met */
export const fileTooLarge = (sofar: Readonly<Record<string, number>> = {}): ApiError =>
  new ApiError({
    code: 'PAYLOAD_TOO_LARGE',
    reason: 'file_too_large',
    message: `The file must have at most ${FILE_BYTES_MAX} bytes`,
    details: { limitBytes: FILE_BYTES_MAX, ...sofar },
    headers: { connection: 'close' },
  });
