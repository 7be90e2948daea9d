import type { ReadRow, Row } from '../../../src/http/persons/import/import-row.js';
import { isFault } from '../../../src/http/persons/import/import-row.js';
import type { OtherColumns } from '../../../src/http/persons/import/csv-columns.js';
import { csvRows } from '../../../src/http/persons/import/csv-rows.js';
import { linesOf } from '../../../src/http/persons/import/lines.js';
import { ROW_BYTES_MAX } from '../../../src/http/persons/import/import-bounds.js';

async function* piecesOf(bytes: Buffer, length: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

interface Options {
  readonly others?: OtherColumns;
  readonly pieces?: number;
}
const read = async (file: string | Buffer, { others = 'error', pieces = 65_536 }: Options = {}) => {
  const rows: Row[] = [];
  for await (const batch of csvRows(linesOf(piecesOf(Buffer.from(file), pieces)), others)) rows.push(...batch);
  return rows;
};
const givenIn = (rows: readonly Row[]) => rows.filter((row): row is ReadRow => !isFault(row)).map(({ given }) => given);
const shown = (rows: readonly Row[]) => rows.map((row) => [row.line, isFault(row) ? 'fault' : row.given['email']]);

describe('PR-04 the rows of a CSV file', () => {
  const file = '\uFEFFemail,name\r\na@x.io,"Ada, ""A"""\r\n\r\n"b@x.io","two\nlines"\nc@x.io,é😀\n';
  const expected = [
    { email: 'a@x.io', fullName: 'Ada, "A"' },
    { email: 'b@x.io', fullName: 'two\nlines' },
    { email: 'c@x.io', fullName: 'é😀' },
  ];

  it.each([1, 2, 3, 5, 7, 64, 65_536])('are the same when it arrives in pieces of %i bytes', async (pieces) => {
    const rows = await read(file, { pieces });
    expect([givenIn(rows), rows.map(({ line }) => line)]).toEqual([expected, [2, 4, 6]]);
  });

  it.each([
    [';', 'email;name;company\na@x.io;Ada, A;E;\n'],
    ['tab', 'email\tname\tcompany\na@x.io\tAda, A\tE\n'],
    ['sep=;', 'sep=;\r\nemail;name;company\r\na@x.io;Ada, A;E\r\n'],
    ['a comma in quotes', '"email";"name";"company"\na@x.io;"Ada, A";E'],
  ])('may be separated by what the header is: %s', async (_what, text) => {
    expect(givenIn(await read(text))).toEqual([{ email: 'a@x.io', fullName: 'Ada, A', companyName: 'E' }]);
  });

  it.each([
    ['First Name', 'firstName'],
    ['last_name', 'lastName'],
    ['NAME', 'fullName'],
    ['Job Title', 'title'],
    ['Position', 'title'],
    ['Company', 'companyName'],
    ['Organisation', 'companyName'],
    ['Website', 'companyDomain'],
    ['Country Code', 'country'],
    ['LinkedIn URL', 'linkedinUrl'],
    ['Person Linkedin Url', 'linkedinUrl'],
    ['URL', 'linkedinUrl'],
    ['E-mail Address', 'email'],
    ['Twitter', 'xHandle'],
    ['X', 'xHandle'],
    ['GitHub', 'githubUsername'],
    ['id', 'id'],
  ])('know the column %s as %s', async (name, property) => {
    expect(givenIn(await read(`${name}\nv`))).toEqual([{ [property]: 'v' }]);
  });

  it('have tags separated by semicolons, custom columns as they are, and nothing for empty cells', async () => {
    const rows = await read('email,tags,custom.Note,custom.n,title\na@x.io, a; b;;c , x ,,\n');
    expect(givenIn(rows)).toEqual([{ email: 'a@x.io', tags: ['a', 'b', 'c'], custom: { Note: ' x ' } }]);
    const [row] = rows as ReadRow[];
    expect(['email', 'tags.1', 'custom.Note', 'nope', ''].map((path) => row!.columnOf(path))).toEqual([
      'email',
      'tags',
      'custom.Note',
      null,
      null,
    ]);
  });

  it('refuse a column that is not known by its name, keep it in custom, or leave it out, as asked', async () => {
    const text = 'email,Shoe size\na@x.io,46\n';
    await expect(read(text)).rejects.toMatchObject({
      reason: 'unknown_column',
      details: [{ path: 'Shoe size', message: expect.stringContaining('Shoe size is not a column') }],
    });
    expect(givenIn(await read(text, { others: 'custom' }))).toEqual([
      { email: 'a@x.io', custom: { 'Shoe size': '46' } },
    ]);
    expect(givenIn(await read(text, { others: 'ignore' }))).toEqual([{ email: 'a@x.io' }]);
  });

  it.each([
    ['empty_file', ''],
    ['empty_file', '\n \r\n\n'],
    ['missing_header', 'Ada,Lovelace\nAlan,Turing\n'],
    ['missing_header', '"never closed\n'],
    ['missing_header', 'x'.repeat(ROW_BYTES_MAX + 1)],
    ['repeated_column', 'Email,E-Mail\n'],
    ['repeated_column', 'email,custom.a,custom.a\n'],
    ['forbidden_name', 'email,custom.__proto__\n'],
    ['forbidden_name', 'email,constructor\n'],
    ['invalid_name', `email,${'x'.repeat(200)}\n`],
    ['invalid_name', 'email,"a\nb"\n'],
    ['unsupported_encoding', Buffer.from('\uFEFFemail\na@x.io', 'utf16le')],
    ['unsupported_encoding', Buffer.from('email\na@x.io', 'utf16le')],
    ['unsupported_encoding', Buffer.from('\uFEFFemail\na@x.io', 'utf16le').swap16()],
  ])('need a header: %s', async (reason, text) => {
    await expect(read(text)).rejects.toMatchObject({ code: 'VALIDATION_ERROR', reason });
  });

  it('cost one row when a quote is misplaced or never closed, and none of those behind it', async () => {
    const text = ['email,name', 'a@x.io,A "B" C', 'b@x.io,"open', 'c@x.io,C', 'd@x.io,D', 'e@x.io,"open', 'f@x.io,F'];
    expect(shown(await read(text.join('\n')))).toEqual([
      [2, 'fault'],
      [3, 'fault'],
      [4, 'c@x.io'],
      [5, 'd@x.io'],
      [6, 'fault'],
      [7, 'f@x.io'],
    ]);
  });

  it('cost one row when it is too long, not UTF-8, or has too many cells', async () => {
    const text = Buffer.concat([
      Buffer.from(`email,name\na@x.io,${'x'.repeat(ROW_BYTES_MAX)}\nb@x.io,Zo`),
      Buffer.of(0xeb),
      Buffer.from('\nc@x.io,C,more\nd@x.io\ne@x.io,E,,\n'),
    ]);
    for (const pieces of [1_000, 65_536, 1_000_000]) {
      const rows = await read(text, { pieces });
      expect(shown(rows)).toEqual([
        [2, 'fault'],
        [3, 'fault'],
        [4, 'fault'],
        [5, 'd@x.io'],
        [6, 'e@x.io'],
      ]);
      expect(rows.filter(isFault).map(({ message }) => message)).toEqual([
        `must have at most ${ROW_BYTES_MAX} bytes`,
        expect.stringContaining('is not UTF-8'),
        'has 3 cells, and the header has 2',
      ]);
    }
  });

  it('cost no more time when a quote is opened above tens of thousands of blank lines, again and again', async () => {
    const text = `email\n${`"${'\n'.repeat(ROW_BYTES_MAX)}`.repeat(8)}a@x.io`;
    const rows = await read(text);
    expect(rows.at(-1)).toMatchObject({ given: { email: 'a@x.io' } });
    expect(rows).toHaveLength(9);
  });
});
