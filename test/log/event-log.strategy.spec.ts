import { Controller, Inject, UseFilters, type INestMicroservice } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { pino } from 'pino';
import type { EventBatch } from '../../src/log/event-follower.js';
import { EventLogStrategy, type EventsPattern } from '../../src/log/event-log.strategy.js';
import { RethrowFilter } from '../../src/log/rethrow.filter.js';
import { ENDLESS_SLICE } from '../../src/observability/event-loop-slices.js';
import { FaultyLog } from './contract/faulty-log.js';
import { PartitionUnderTest, pending } from './contract/harness.js';
import { Role } from './contract/role.js';
import { memoryHarness } from './memory-harness.js';

const FAILURES = Symbol('Failures');

@Controller()
@UseFilters(RethrowFilter)
class RoleController {
  constructor(
    @Inject(Role) private readonly role: Role,
    @Inject(FAILURES) private readonly failures: Error[],
  ) {}

  @EventPattern({ events: 'role' } satisfies EventsPattern)
  handle(batch: EventBatch): Promise<'stored' | 'moved'> {
    const failure = this.failures.shift();
    return failure === undefined ? Promise.resolve(this.role.store(batch)) : Promise.reject(failure);
  }
}

const serviceWith = async (roleNames: readonly string[]) => {
  const harness = memoryHarness(1);
  const role = new Role();
  const failures: Error[] = [];
  const module = await Test.createTestingModule({
    controllers: [RoleController],
    providers: [
      { provide: Role, useValue: role },
      { provide: FAILURES, useValue: failures },
    ],
  }).compile();
  const checkpoints = { load: (partition: number) => Promise.resolve(role.stored.get(partition) ?? null) };
  const strategy = new EventLogStrategy({
    log: harness.process('service'),
    topics: harness.topics,
    groupPrefix: 'test-',
    roles: Object.fromEntries(roleNames.map((name) => [name, { checkpoints }])),
    clock: harness.clock,
    slices: ENDLESS_SLICE,
    logger: pino({ level: 'silent' }),
    onFatal: (error) => role.fatal.push(error),
  });
  const service: INestMicroservice = module.createNestMicroservice({ strategy, logger: false });
  const test = new PartitionUnderTest(harness, 0, new FaultyLog(harness.process('owner')));
  return { harness, role, failures, strategy, service, test };
};

describe('the event log as a Nest transport', () => {
  it('hands batches to the controller of the group while the service runs', async () => {
    const { harness, role, strategy, service, test } = await serviceWith(['role']);
    const owner = await test.own('owner');
    await owner.append([pending(1)]);
    await service.listen();
    await harness.until(() => role.batches.length > 0);
    expect(harness.broker.groups.membersOf('test-role')).toHaveLength(1);
    expect(strategy.followerStatus().get('role')).toMatchObject({ joined: true, partitions: [{ caughtUp: true }] });
    await service.close();
    expect(harness.broker.groups.membersOf('test-role')).toHaveLength(0);
    expect(role.numbers(0)).toEqual([1]);
  });

  it('repeats what a controller threw, and ends with that very error', async () => {
    const { harness, role, failures, service, test } = await serviceWith(['role']);
    const owner = await test.own('owner');
    failures.push(new Error('once'));
    await service.listen();
    await harness.until(() => role.batches.length === 1);
    const forGood = new Error('for good');
    failures.push(...Array.from({ length: 7 }, () => forGood));
    await owner.append([pending(1)]);
    await harness.until(() => role.fatal.length > 0);
    expect(role.fatal).toEqual([forGood]);
    await service.close();
  });

  it('refuses to start a group without checkpoints', async () => {
    const { service } = await serviceWith([]);
    await expect(service.listen()).rejects.toThrow('no checkpoints');
  });
});
