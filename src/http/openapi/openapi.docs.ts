import type { JsonSchema } from '../../events/schema-parts.js';
import type { OperationDoc } from './operation-doc.js';

const DOCUMENT: JsonSchema = {
  type: 'object',
  required: ['openapi', 'info', 'paths', 'components'],
  properties: { openapi: { type: 'string' } },
  additionalProperties: true,
};

const show = (name: string, of: string): OperationDoc => ({
  id: `get${name}Document`,
  summary: `The OpenAPI 3.1 document of ${of}`,
  answers: { 200: { description: 'The document.', schema: DOCUMENT } },
});

export const SHOW_OPERATIONS = show('Operations', 'the operations dialect');
export const SHOW_NATIVE = show('Native', 'all routes that belong to no dialect');

export const SHOW_ASYNCAPI: OperationDoc = {
  id: 'getEventsDocument',
  summary: 'The AsyncAPI 3.0 document of the events topic',
  answers: { 200: { description: 'The document.', schema: { type: 'object', additionalProperties: true } } },
};

export const SHOW_DOCS: OperationDoc = {
  id: 'getDocsPage',
  summary: 'The documents, rendered for people',
  answers: { 200: { description: 'A page.', schema: { type: 'string' }, mediaType: 'text/html' } },
};

export const SHOW_DOCS_FILE: OperationDoc = {
  id: 'getDocsFile',
  summary: 'A file of that page',
  answers: { 200: { description: 'The file.', schema: {}, mediaType: '*/*' } },
  errors: { NOT_FOUND: ['unknown_route'] },
};
