import type { Kind, QueryKind } from './bad-values.js';

/** What a valid request is made of; ids are those of `Known`. */
export interface SweptRoute {
  readonly method: 'GET' | 'POST' | 'PATCH';
  /** `:personId` and the like stand for ids. */
  readonly path: string;
  /** A body that would be taken; fields are put into a copy of it. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** By their path in the body. */
  readonly fields?: Readonly<Record<string, Kind>>;
  /** Paths in the body that must not be missing. */
  readonly required?: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, QueryKind>>;
  /** What it shows does not depend on anything that was written. */
  readonly ignoresPosition?: true;
  /** Sent with everything: the route demands it. */
  readonly keyed?: true;
}

const ID = '0190a000-0000-8000-8000-000000000001';
const OPERATIONS = '/api/v1/operations/enrichment';
const OPTIONS = { field: 'field', maxCredits: 'amount', waterfallId: 'form' } as const;
const MANUAL = { mode: 'manual', includedIds: [ID] };
const BULK = { mode: 'bulk', targetCount: 1, filters: {} };
const PERSON = {
  id: 'id',
  firstName: 'text',
  lastName: 'text',
  fullName: 'text',
  title: 'text',
  companyName: 'text',
  companyDomain: 'form',
  country: 'form',
  linkedinUrl: 'form',
  email: 'form',
  xHandle: 'form',
  githubUsername: 'form',
  tags: 'tags',
  custom: 'custom',
} as const;
const { id: _, ...PATCHED } = PERSON;

/** Every route there is; one that is missing here fails the sweep. */
export const ROUTES: readonly SweptRoute[] = [
  {
    method: 'POST',
    path: `${OPERATIONS}/:personId`,
    body: { field: 'emails' },
    fields: { ...OPTIONS, force: 'flag' },
    required: ['field'],
    params: { field: 'word' },
  },
  { method: 'GET', path: `${OPERATIONS}/:personId`, query: { field: 'emails' }, params: { field: 'word' } },
  { method: 'POST', path: OPERATIONS },
  { method: 'GET', path: OPERATIONS },
  {
    method: 'POST',
    path: `${OPERATIONS}/:personId/cancel`,
    query: { field: 'emails' },
    params: { field: 'word' },
    body: {},
    fields: { field: 'field' },
  },
  { method: 'GET', path: `${OPERATIONS}/:personId/attempts`, query: { field: 'emails' }, params: { field: 'word' } },
  {
    method: 'POST',
    path: `${OPERATIONS}/batch`,
    body: { personIds: [ID], field: 'emails' },
    fields: { ...OPTIONS, personIds: 'ids' },
    required: ['personIds', 'field'],
  },
  {
    method: 'POST',
    path: `${OPERATIONS}/bulk`,
    body: { selection: MANUAL, field: 'emails' },
    fields: {
      ...OPTIONS,
      selection: 'object',
      filters: 'object',
      'selection.mode': 'word',
      'selection.includedIds': 'ids',
    },
    required: ['selection', 'field', 'selection.mode', 'selection.includedIds'],
  },
  {
    method: 'POST',
    path: `${OPERATIONS}/bulk`,
    body: { selection: BULK, field: 'emails' },
    fields: {
      'selection.startIndex': 'amount',
      'selection.targetCount': 'amount',
      'selection.excludedIds': 'ids',
      'selection.filters': 'object',
    },
    required: ['selection.targetCount', 'selection.filters'],
  },
  {
    method: 'POST',
    path: `${OPERATIONS}/batch/query`,
    body: { tasks: [{ entityId: ID, field: 'emails' }] },
    fields: { tasks: 'tasks', 'tasks.0.entityId': 'id', 'tasks.0.field': 'field', 'tasks.0.entityType': 'word' },
    required: ['tasks', 'tasks.0.entityId', 'tasks.0.field'],
  },
  {
    method: 'POST',
    path: `${OPERATIONS}/estimate`,
    body: { personIds: [ID], field: 'emails' },
    fields: { ...OPTIONS, personIds: 'ids', force: 'flag', personId: 'id', selection: 'object', filters: 'object' },
    required: ['personIds', 'field'],
  },
  { method: 'POST', path: '/api/v1/persons', body: { linkedinUrl: 'linkedin.com/in/ada' }, fields: PERSON },
  { method: 'PATCH', path: '/api/v1/persons/:personId', body: { title: 'Countess' }, fields: PATCHED },
  { method: 'GET', path: '/api/v1/persons/:personId' },
  {
    method: 'GET',
    path: '/api/v1/persons',
    params: { limit: 'count', cursor: 'cursor', order: 'word', filters: 'filters', q: 'words' },
  },
  { method: 'POST', path: '/api/v1/persons/import', params: { otherColumns: 'word' } },
  { method: 'GET', path: '/api/v1/settings' },
  {
    method: 'PATCH',
    path: '/api/v1/settings',
    body: { caps: { daily: 5 } },
    fields: { caps: 'object', 'caps.daily': 'cap', 'caps.monthly': 'cap' },
  },
  { method: 'GET', path: '/api/v1/operations/credits/balance', params: { at: 'instant' } },
  {
    method: 'GET',
    path: '/api/v1/operations/credits/history',
    params: {
      startDate: 'instant',
      endDate: 'instant',
      type: 'word',
      operationType: 'word',
      limit: 'count',
      offset: 'count',
      cursor: 'cursor',
    },
  },
  { method: 'GET', path: '/api/v1/credits/entries', params: { limit: 'count', cursor: 'cursor' } },
  { method: 'GET', path: '/api/v1/credits/export' },
  { method: 'GET', path: '/api/v1/credits/proof/:entry' },
  { method: 'GET', path: '/api/v1/credits/keys', ignoresPosition: true },
  {
    method: 'POST',
    path: '/api/v1/credits/grants',
    keyed: true,
    body: { amount: 1, source: 'bonus' },
    fields: {
      amount: 'amount',
      source: 'word',
      expiresAt: 'instant',
      referenceId: 'reference',
      description: 'text',
      orgId: 'form',
    },
    required: ['amount', 'source'],
  },
  {
    method: 'POST',
    path: '/api/v1/credits/refunds',
    keyed: true,
    body: { enrichmentId: ID, reason: 'a' },
    fields: { enrichmentId: 'id', reason: 'text', amount: 'amount', reasonCode: 'word', orgId: 'form' },
    required: ['enrichmentId', 'reason'],
  },
  {
    method: 'POST',
    path: '/api/v1/credits/adjustments',
    keyed: true,
    body: { amount: 1, reason: 'a' },
    fields: { amount: 'signed', reason: 'text', reasonCode: 'word', orgId: 'form' },
    required: ['amount', 'reason'],
  },
];
