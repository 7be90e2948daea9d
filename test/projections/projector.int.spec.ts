import { viewOf } from '../../src/domain/enrichments/enrichment-view.js';
import { TABLES } from '../../src/projections/batch.js';
import { PROJECTION_CHECKPOINTS } from '../../src/projections/checkpoints.js';
import { Projector } from '../../src/projections/projector.js';
import { EnrichmentsQuery } from '../../src/projections/enrichments/enrichments.query.js';
import { foundStory, ORG_A, ORG_B } from './stories.js';
import { openReadSide, storyIdentities, type ReadSide } from './support.js';
import { randomOf, randomStory } from './random-story.js';

const allRows = (side: ReadSide) =>
  Promise.all([...TABLES.map(({ name }) => name), 'projection_checkpoints'].map((table) => side.rows(table)));

jest.setTimeout(30_000);
const seed = Date.now() % 1_000_000;

describe(`projector (seed ${seed})`, () => {
  let side: ReadSide;
  beforeEach(async () => {
    side = await openReadSide();
  });
  afterEach(() => side.close());

  it('a batch folded at once leaves the same rows as event by event and as batches of any size', async () => {
    const story = randomStory({ seed, commands: 400, orgs: [ORG_A, ORG_B] });
    const [single, random] = await Promise.all([openReadSide(), openReadSide()]);
    const dice = randomOf(seed);
    expect(await side.projector.handle(story.batch())).toBe('stored');
    for (let at = 0; at < story.events.length; at += 1) await single.projector.handle(story.batch(at, at + 1));
    for (let at = 0, to; at < story.events.length; at = to) {
      to = Math.min(story.events.length, at + 1 + Math.floor(dice() * 60));
      await random.projector.handle(story.batch(at, to));
    }
    const [atOnce, oneByOne, mixed] = await Promise.all([side, single, random].map(allRows));
    await Promise.all([single.close(), random.close()]);
    expect(oneByOne).toEqual(atOnce);
    expect(mixed).toEqual(atOnce);
    expect(atOnce?.every((rows) => rows.length > 0)).toBe(true);
  });

  it('shows every enrichment as the decider answers it', async () => {
    const story = randomStory({ seed, commands: 300, orgs: [ORG_A] });
    await side.projector.handle(story.batch());
    const query = new EnrichmentsQuery(side.database);
    for (const event of story.events) {
      if (event.type !== 'EnrichmentRequested') continue;
      const id = event.data.enrichmentId;
      expect(await query.byId(ORG_A, id)).toEqual(viewOf(story.enrichment(id)));
    }
  });

  it('refuses a batch that does not begin at the stored checkpoint and writes nothing', async () => {
    const { story } = foundStory();
    await side.projector.handle(story.batch(0, 2));
    const before = await allRows(side);
    expect(await side.projector.handle(story.batch(3))).toBe('moved');
    expect(await side.projector.handle(story.batch(0, 2))).toBe('moved');
    const other = story.batch(2);
    const foreign = { ...other, previous: other.previous && { ...other.previous, claim: 'another' } };
    expect(await side.projector.handle(foreign)).toBe('moved');
    expect(await allRows(side)).toEqual(before);
    expect(await side.projector.handle(other)).toBe('stored');
  });

  it('tells a projector that was overtaken so, though the rows it reads contradict its batch', async () => {
    const { story } = foundStory();
    await side.projector.handle(story.batch());
    const before = await allRows(side);
    const requested = story.events.findIndex(({ type }) => type === 'EnrichmentRequested');
    for (let at = requested + 1; at < story.events.length; at += 1) {
      expect(await side.projector.handle(story.batch(at, at + 1))).toBe('moved');
    }
    expect(await allRows(side)).toEqual(before);
  });

  it('builds on what another process has stored meanwhile, not on what it remembers', async () => {
    const story = randomStory({ seed, commands: 120, orgs: [ORG_A, ORG_B] });
    const other = new Projector({ database: side.database, positions: side.positions, identities: storyIdentities });
    const dice = randomOf(seed);
    for (let at = 0; at < story.events.length; at += 3) {
      const projector = dice() < 0.5 ? other : side.projector;
      expect(await projector.handle(story.batch(at, Math.min(story.events.length, at + 3)))).toBe('stored');
    }
    const alone = await openReadSide();
    await alone.projector.handle(story.batch());
    expect(await allRows(side)).toEqual(await allRows(alone));
    await alone.close();
  });

  it('advances over batches without events', async () => {
    const { story } = foundStory();
    const { partition, checkpoint } = story.batch();
    const later = { ...checkpoint, offset: checkpoint.offset + 5n, claim: 'renewed' };
    await side.projector.handle(story.batch());
    const batch = { partition, events: [], previous: checkpoint, checkpoint: later };
    expect(await side.projector.handle(batch)).toBe('stored');
    expect(await side.projector.handle(batch)).toBe('moved');
    expect(await PROJECTION_CHECKPOINTS.load(side.database, partition)).toEqual(later);
    expect(await side.positions.current(partition)).toBe(later.offset);
  });

  it('rows and checkpoint are written together or not at all', async () => {
    const { story } = foundStory();
    const broken = story.batch();
    const events = broken.events.map((event) => (event.type === 'PersonRecorded' ? { ...event, seq: NaN } : event));
    await expect(side.projector.handle({ ...broken, events })).rejects.toThrow();
    expect((await allRows(side)).flat()).toEqual([]);
  });

  it('stops at an event that contradicts what is stored', async () => {
    const { story } = foundStory();
    await side.projector.handle(story.batch(0, 2));
    const { previous, ...batch } = story.batch(4);
    const jumped = { ...batch, previous: story.checkpointAt(story.events[1]) };
    await expect(side.projector.handle(jumped)).rejects.toThrow('never requested');
    expect(previous).not.toBeNull();
  });
});
