import { count, listOf, nullable, object, string, type JsonSchema } from '../../../events/schema-parts.js';
import { POSITION } from '../../openapi/headers.js';
import { named } from '../../openapi/named.js';
import type { OperationDoc } from '../../openapi/operation-doc.js';
import { described, text } from '../../openapi/parts.js';
import type { RowFault } from './import-row.js';
import type { ImportResult } from './person-imports.js';

const RESULT = named(
  'ImportResult',
  object<ImportResult>({
    importId: described(string, 'Follows from the org and the file’s content.'),
    rows: described(count, 'created + existing + merged + failed.'),
    created: count,
    existing: described(count, 'Known, and the row said nothing new.'),
    merged: count,
    failed: count,
    errors: described(
      listOf(object<RowFault>({ line: count, column: nullable(text), message: string })),
      'The first 1,000.',
    ),
  }),
);

const CSV: JsonSchema = { type: 'string', description: 'The first line names the columns: docs/import.md.' };
const NDJSON: JsonSchema = { type: 'string', description: 'One body of `recordPerson` per line.' };

/** What of the file was taken before a limit was met. */
const TAKEN: JsonSchema = { type: 'object', additionalProperties: { type: 'integer' } };

/** PR-04. */
export const IMPORT_PERSONS: OperationDoc = {
  id: 'importPersons',
  summary: 'Record the people of a file while it arrives',
  description:
    'With `Accept: text/event-stream` the answer tells of its progress. The file is its own key: sent again, it adds nobody twice.',
  answers: {
    200: {
      description: 'The file is through; rows that failed are told.',
      schema: RESULT,
      headers: POSITION,
      alternatives: { 'text/event-stream': { type: 'string' } },
      example: {
        importId: 'ce904fab-cf37-836f-b4ad-6b3954abb7aa',
        rows: 3,
        created: 1,
        existing: 1,
        merged: 0,
        failed: 1,
        errors: [{ line: 4, column: 'Email Address', message: 'email must be an email address' }],
      },
    },
  },
  bodies: { 'text/csv': CSV, 'application/x-ndjson': NDJSON },
  bodyExamples: {
    'text/csv': 'First Name,Last Name,LinkedIn URL\nAda,Lovelace,linkedin.com/in/ada\n',
    'application/x-ndjson': '{"linkedinUrl":"https://www.linkedin.com/in/ada"}\n',
  },
  errors: {
    VALIDATION_ERROR: [
      'empty_file',
      'incomplete_file',
      'missing_header',
      'repeated_column',
      'unknown_column',
      'unsupported_encoding',
    ],
    PAYLOAD_TOO_LARGE: ['file_too_large', 'too_many_rows'],
  },
  details: { PAYLOAD_TOO_LARGE: TAKEN },
};
