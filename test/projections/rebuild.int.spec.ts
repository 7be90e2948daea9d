import { statement } from '../../src/db/database.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { topicsOf, type Log } from '../../src/log/log.js';
import { MemoryBroker } from '../../src/log/memory/memory-broker.js';
import { MemoryLog } from '../../src/log/memory/memory-log.js';
import { systemClock } from '../../src/observability/clock.js';
import { EnrichmentsQuery } from '../../src/projections/enrichments/enrichments.query.js';
import { rebuild, RebuildRunning, type RebuildOptions, type RebuildProgress } from '../../src/projections/rebuild.js';
import { REBUILT_TABLES } from '../../src/projections/rebuild/generation.js';
import type { Story } from '../support/events.js';
import { testStack } from '../support/stack.js';
import { randomStory } from './random-story.js';
import { Projector } from '../../src/projections/projector.js';
import { openReadSide, storyIdentities, type ReadSide } from './support.js';

const seed = Date.now() % 1_000_000;
const topics = topicsOf('rebuild.');
const PARTITIONS = 3;

describe(`rebuild (seed ${seed})`, () => {
  let side: ReadSide;
  let log: Log;
  let stories: readonly Story[];

  beforeEach(async () => {
    side = await openReadSide();
    const broker = new MemoryBroker({
      clock: systemClock,
      topics: { [topics.events]: PARTITIONS },
      sliceRecordsMax: 37,
    });
    log = new MemoryLog({ broker, clock: systemClock, name: 'rebuild' });
    stories = [0, 1].map((partition) =>
      randomStory({ seed: seed + partition, partition, commands: 150, orgs: [`org_${partition}` as OrgId] }),
    );
    for (const story of stories) await log.append(topics.events, story.partition, story.records());
  });
  afterEach(() => side.close());

  const options = (more: Partial<RebuildOptions> = {}): RebuildOptions => {
    const { schema } = side;
    const url = testStack().databaseUrl;
    return {
      url,
      schema,
      log,
      topics,
      identities: storyIdentities,
      mode: 'replace',
      onProgress: () => undefined,
      ...more,
    };
  };
  const project = async (part = 1): Promise<void> => {
    for (const story of stories) await side.projector.handle(story.batch(0, Math.ceil(story.events.length * part)));
  };
  const sql = (text: string) => side.database.query(statement('', text));
  const allRows = () => Promise.all(REBUILT_TABLES.map((table) => side.rows(table)));
  const definitions = () =>
    sql(`select tablename, indexname, replace(indexdef, '"', '') as definition from pg_indexes
         where schemaname = '${side.schema}' order by 1, 2`);

  it('gives the live rows again, swaps them in with the same indexes, and leaves nothing behind', async () => {
    await project();
    const [before, indexes] = [await allRows(), await definitions()];
    const report = await rebuild(options());
    expect(report).toMatchObject({ equal: true, replaced: true });
    expect(report.events).toBe(stories.reduce((sum, { events }) => sum + events.length, 0));
    expect(report.tables.map(({ liveRows, rebuiltRows }) => liveRows - rebuiltRows)).toEqual(
      report.tables.map(() => 0),
    );
    expect(report.tables.every(({ liveRows }) => liveRows > 0)).toBe(true);
    expect(await allRows()).toEqual(before);
    expect(await definitions()).toEqual(indexes);
    expect(await sql(`select 1 from pg_namespace where nspname = '${side.schema}_rebuild'`)).toEqual([]);
  });

  it('a projector that has built on what was changed by hand does not bring it back after the rebuild', async () => {
    const [story] = stories as [Story];
    const half = Math.floor(story.events.length / 2);
    const broker = new MemoryBroker({
      clock: systemClock,
      topics: { [topics.events]: PARTITIONS },
      sliceRecordsMax: 37,
    });
    const shorter = new MemoryLog({ broker, clock: systemClock, name: 'rebuild' });
    const last = Number(story.events[half - 1]?.offset);
    await shorter.append(topics.events, story.partition, story.records().slice(0, last + 1));
    await side.projector.handle(story.batch(0, 10));
    await sql('update credit_accounts set balance = balance + 100');
    const misled = new Projector({ database: side.database, positions: side.positions, identities: storyIdentities });
    await misled.handle(story.batch(10, half));
    expect(await rebuild(options({ log: shorter }))).toMatchObject({ equal: false, replaced: true });
    expect(await misled.handle(story.batch(half))).toBe('moved');
    expect(await misled.handle(story.batch(half))).toBe('stored');
    const untouched = await openReadSide();
    await untouched.projector.handle(story.batch());
    expect(await side.rows('credit_accounts')).toEqual(await untouched.rows('credit_accounts'));
    await untouched.close();
  });

  it('names the rows that differ, and puts right what somebody changed by hand', async () => {
    await project();
    const before = await allRows();
    await sql(`update credit_accounts set balance = balance + 1 where org_id = 'org_1'`);
    await sql(`delete from credit_entries where org_id = 'org_0' and entry = 1`);
    await sql(`insert into known_contacts select 'x', field, cache_id, provider, verification, key_id, sealed, verified_at,
               time, partition, seq from known_contacts limit 1`);
    const { equal, tables } = await rebuild(options());
    const found = new Map(tables.map(({ table, differences }) => [table, differences]));
    expect(equal).toBe(false);
    expect(found.get('credit_accounts')).toEqual([{ key: 'org_1', kind: 'changed', columns: ['balance'] }]);
    expect(found.get('credit_entries')).toEqual([{ key: 'org_0/1', kind: 'missing', columns: [] }]);
    expect(found.get('known_contacts')).toMatchObject([{ kind: 'unexpected' }]);
    expect(found.get('enrichments')).toEqual([]);
    expect(await allRows()).toEqual(before);
  });

  it('a check changes nothing', async () => {
    await project();
    await sql(`update persons set source = 'tampered'`);
    const before = await allRows();
    expect(await rebuild(options({ mode: 'check' }))).toMatchObject({ equal: false, replaced: false });
    expect(await allRows()).toEqual(before);
    expect(await sql(`select 1 from pg_namespace where nspname = '${side.schema}_rebuild'`)).toEqual([]);
  });

  it('compares at the checkpoints of live tables that lag behind, then goes on to the end of the log', async () => {
    await project(0.5);
    expect(await rebuild(options())).toMatchObject({ equal: true, replaced: true });
    const rebuilt = await allRows();
    const [half] = stories;
    // The projector that was at half finds that its checkpoint moved.
    const at = Math.ceil((half?.events.length ?? 0) * 0.5);
    expect(await side.projector.handle(half!.batch(at))).toBe('moved');
    const fresh = await openReadSide();
    for (const story of stories) await fresh.projector.handle(story.batch());
    const expected = await Promise.all(REBUILT_TABLES.map((table) => fresh.rows(table)));
    await fresh.close();
    expect(rebuilt).toEqual(expected);
  });

  it('fills empty tables from the log alone', async () => {
    expect(await rebuild(options())).toMatchObject({ tables: [], replaced: true });
    expect((await side.rows('enrichments')).length).toBeGreaterThan(0);
  });

  it('runs next to a projector and readers that never notice', async () => {
    const [story] = stories;
    if (story === undefined) throw new Error('no story');
    await side.projector.handle(story.batch(0, 60));
    const requested = story.events.slice(0, 60).find((event) => event.type === 'EnrichmentRequested');
    if (requested === undefined) throw new Error('nothing was requested in time');
    const { enrichmentId, personId, field } = requested.data;
    const query = new EnrichmentsQuery(side.database);
    let rebuilding = true;
    const rebuilt = rebuild(options()).finally(() => (rebuilding = false));
    const outcomes: string[] = [];
    for (let at = 60; at < story.events.length; at += 3) {
      outcomes.push(await side.projector.handle(story.batch(at, Math.min(at + 3, story.events.length))));
      if (outcomes.at(-1) === 'moved') break;
      expect((await query.byId('org_0' as OrgId, enrichmentId))?.id).toBe(enrichmentId);
    }
    while (rebuilding) expect(await query.newest('org_0' as OrgId, personId, field)).not.toBeNull();
    expect(await rebuilt).toMatchObject({ equal: true, replaced: true });
    const fresh = await openReadSide();
    for (const one of stories) await fresh.projector.handle(one.batch());
    const expected = await Promise.all(REBUILT_TABLES.map((table) => fresh.rows(table)));
    await fresh.close();
    expect(await allRows()).toEqual(expected);
  });

  it('never swaps in less than readers have seen', async () => {
    const [story] = stories;
    if (story === undefined) throw new Error('no story');
    const half = Math.ceil(story.events.length / 2);
    const broker = new MemoryBroker({ clock: systemClock, topics: { [topics.events]: 1 } });
    const growing = new MemoryLog({ broker, clock: systemClock, name: 'growing' });
    const records = story.records();
    await growing.append(topics.events, 0, records.slice(0, half + 1));
    await side.projector.handle(story.batch(0, half));
    // The end is asked for right before the swap; the projector goes on after it was told.
    const range = growing.range.bind(growing);
    growing.range = async (topic, partition) => {
      const told = await range(topic, partition);
      await growing.append(topics.events, 0, records.slice(half + 1));
      await side.projector.handle(story.batch(half));
      return told;
    };
    expect(await rebuild(options({ log: growing }))).toMatchObject({ equal: true, replaced: true });
    expect(await side.positions.current(0)).toBe(story.batch().checkpoint.offset);
  });

  it('refuses to run twice at once', async () => {
    await project();
    const settled = await Promise.allSettled([rebuild(options()), rebuild(options())]);
    const refused = settled.filter((one) => one.status === 'rejected');
    expect(refused.map(({ reason }) => reason)).toEqual([expect.any(RebuildRunning)]);
  });

  it('stops when the live tables have passed records that the log does not hold', async () => {
    await project();
    await sql(`update projection_checkpoints set claim = 'another' where partition = 1`);
    await expect(rebuild(options())).rejects.toThrow('events partition 1 went back');
  });

  it('tells how far each partition is', async () => {
    await project();
    const seen: RebuildProgress[] = [];
    await rebuild(options({ onProgress: (progress) => seen.push(progress) }));
    for (const story of stories) {
      const own = seen.filter(({ partition }) => partition === story.partition);
      expect(own.at(-1)).toEqual({
        partition: story.partition,
        done: story.events.length + 1,
        total: story.events.length + 1,
      });
    }
  });
});
