import { Test } from '@nestjs/testing';
import type { INestMicroservice } from '@nestjs/common';
import { viewOf } from '../../src/domain/enrichments/enrichment-view.js';
import { EventLogStrategy } from '../../src/log/event-log.strategy.js';
import { topicsOf } from '../../src/log/log.js';
import { MemoryBroker } from '../../src/log/memory/memory-broker.js';
import { MemoryLog } from '../../src/log/memory/memory-log.js';
import { systemClock } from '../../src/observability/clock.js';
import { ENDLESS_SLICE } from '../../src/observability/event-loop-slices.js';
import { createLogger } from '../../src/observability/logger.js';
import { PROJECTION_CHECKPOINTS } from '../../src/projections/checkpoints.js';
import { EnrichmentsQuery } from '../../src/projections/enrichments/enrichments.query.js';
import { ProjectionsController, PROJECTIONS_GROUP } from '../../src/projections/projections.controller.js';
import { Projector } from '../../src/projections/projector.js';
import { rebuild } from '../../src/projections/rebuild.js';
import { testStack } from '../support/stack.js';
import { foundStory, ORG_A } from './stories.js';
import { openReadSide, storyIdentities, type ReadSide } from './support.js';

const WAIT_MS = 10_000;
const topics = topicsOf('role.');

describe('the role `projections`', () => {
  let side: ReadSide;
  let log: MemoryLog;
  let service: INestMicroservice;
  let fatal: Promise<Error>;
  let stop: (error: Error) => void;

  beforeEach(async () => {
    fatal = new Promise((resolve) => (stop = resolve));
    side = await openReadSide();
    const broker = new MemoryBroker({ clock: systemClock, topics: { [topics.events]: 1 } });
    log = new MemoryLog({ broker, clock: systemClock, name: 'role' });
    service = await serve();
  });
  afterEach(async () => {
    await service.close();
    await log.close();
    await side.close();
  });

  const serve = async (): Promise<INestMicroservice> => {
    const strategy = new EventLogStrategy({
      log,
      topics,
      groupPrefix: 'test-',
      roles: { [PROJECTIONS_GROUP]: { checkpoints: PROJECTION_CHECKPOINTS.sourceIn(side.database) } },
      clock: systemClock,
      slices: ENDLESS_SLICE,
      logger: createLogger('silent'),
      onFatal: (error) => stop(error),
    });
    const providers = [{ provide: Projector, useValue: side.projector }];
    const module = await Test.createTestingModule({ controllers: [ProjectionsController], providers }).compile();
    const microservice = module.createNestMicroservice({ strategy, logger: false });
    await microservice.listen();
    return microservice;
  };

  it('projects what stands in the log, and goes on after a rebuilt generation was swapped in under it', async () => {
    const { story, personId } = foundStory();
    const query = new EnrichmentsQuery(side.database);
    await log.append(topics.events, 0, story.records());
    expect(await side.positions.waitFor(0, BigInt(story.events.length), WAIT_MS)).toBe(true);
    const first = await query.newest(ORG_A, personId, 'emails');
    expect(first).toEqual(first && viewOf(story.enrichment(first.id)));

    const { schema } = side;
    const options = {
      url: testStack().databaseUrl,
      schema,
      log,
      topics,
      identities: storyIdentities,
      onProgress: () => undefined,
    };
    expect(await rebuild({ ...options, mode: 'replace' })).toMatchObject({ equal: true, replaced: true });

    const appended = story.events.length;
    const [phones] = story.request(ORG_A, [personId], { field: 'phones' });
    await log.append(topics.events, 0, story.records().slice(appended + 1));
    expect(await side.positions.waitFor(0, BigInt(story.events.length), WAIT_MS)).toBe(true);
    expect((await query.newest(ORG_A, personId, 'phones'))?.id).toBe(phones);
  });

  it('stops at an event of an unknown type and does not pass it', async () => {
    const { story } = foundStory();
    const records = story.records();
    const last = records.at(-1);
    if (last === undefined) throw new Error('no record');
    const unknown = last.value.toString().replace('"type":"', '"type":"Un');
    await log.append(topics.events, 0, [...records.slice(0, -1), { key: last.key, value: Buffer.from(unknown) }]);
    expect((await fatal).message).toContain('unknown event type');
    expect(await side.positions.current(0)).toBeLessThan(BigInt(story.events.length));
  });
});
