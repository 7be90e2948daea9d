import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { startApp, type World } from './app.js';
import { callerOf, type Call } from './call.js';
import { PERSON } from './views.js';

const BULK = '/api/v1/operations/enrichment/bulk';
let app: NestFastifyApplication;
let world: World;
let call: Call;
beforeAll(async () => {
  ({ app, world } = await startApp());
  call = callerOf(app);
});
beforeEach(() => world.reset());
afterAll(() => app.close());

const manual = (more: object = {}) => ({
  field: 'emails',
  selection: { mode: 'manual', includedIds: [PERSON], ...more },
});
const bulk = (more: object = {}) => ({
  field: 'emails',
  selection: { mode: 'bulk', targetCount: 1, filters: {}, ...more },
});
const ids = (count: number) => Array.from({ length: count }, () => PERSON);

describe('POST /api/v1/operations/enrichment/bulk', () => {
  it.each([
    ['OP-15', {}, 'selection'],
    ['OP-15', { field: 'emails', selection: [] }, 'selection'],
    ['OP-15', { field: 'emails', selection: {} }, 'selection.mode'],
    ['OP-15', { field: 'emails', selection: { mode: 'all' } }, 'selection.mode'],
    ['OP-15', { ...manual(), field: 'fax' }, 'field'],
    ['OP-15', manual({ includedIds: [] }), 'selection.includedIds'],
    ['OP-15', manual({ includedIds: PERSON }), 'selection.includedIds'],
    ['OP-15', manual({ includedIds: ids(1_001) }), 'selection.includedIds'],
    ['OP-15', manual({ includedIds: [PERSON, 'x'] }), 'selection.includedIds.1'],
    ['OP-15', manual({ targetCount: 1 }), 'selection.targetCount'],
    ['OP-15', manual({ filters: {} }), 'selection.filters'],
    ['OP-15', { ...manual(), filters: {} }, 'filters'],
    ['OP-16', bulk({ includedIds: [PERSON] }), 'selection.includedIds'],
    ['OP-16', bulk({ startIndex: -1 }), 'selection.startIndex'],
    ['OP-16', bulk({ startIndex: '0' }), 'selection.startIndex'],
    ['OP-16', bulk({ targetCount: 0 }), 'selection.targetCount'],
    ['OP-16', bulk({ targetCount: 1_001 }), 'selection.targetCount'],
    ['OP-16', bulk({ targetCount: 1.5 }), 'selection.targetCount'],
    ['OP-16', bulk({ targetCount: null }), 'selection.targetCount'],
    ['OP-16', bulk({ excludedIds: ids(1_001) }), 'selection.excludedIds'],
    ['OP-16', bulk({ filters: undefined }), 'filters'],
    ['OP-16', { ...bulk(), filters: {} }, 'filters'],
    ['OP-24', bulk({ filters: null }), 'selection.filters'],
    ['OP-24', bulk({ filters: { field: 'email', op: 'eq', value: 'x' } }), 'selection.filters.field'],
    ['OP-24', bulk({ filters: { and: [{ field: 'title', op: 'gt', value: 'x' }] } }), 'selection.filters.and.0.op'],
    ['OP-24', bulk({ filters: { field: 'title', op: 'contains', value: 'x' } }), 'selection.filters.value'],
    ['OP-24', bulk({ filters: { field: 'hasEmail', op: 'eq', value: 'true' } }), 'selection.filters.value'],
    ['OP-24', bulk({ filters: { field: 'createdAt', op: 'gt', value: '2026-02-30' } }), 'selection.filters.value'],
    ['OP-24', bulk({ filters: { and: [], or: [] } }), 'selection.filters.or'],
    ['OP-24', bulk({ filters: { not: { not: { not: { not: {} } } } } }), 'selection.filters.not.not.not'],
    [
      'OP-24',
      bulk({ filters: { and: Array.from({ length: 21 }, () => ({ field: 'title', op: 'eq', value: 'x' })) } }),
      'selection.filters.and',
    ],
  ])('%s refuses %j', async (_, body, path) => {
    const { status, body: answer } = await call('POST', BULK, { body });
    expect([status, answer.error.code, answer.error.details[0].path]).toEqual([400, 'VALIDATION_ERROR', path]);
    expect([world.commands, world.queries]).toEqual([[], []]);
  });

  it('OP-16 filters_required has a reason of its own', async () => {
    expect((await call('POST', BULK, { body: bulk({ filters: undefined }) })).body.error.reason).toBe(
      'filters_required',
    );
  });
});
