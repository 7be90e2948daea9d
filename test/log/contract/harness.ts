import type { CommandId, OrgId } from '../../../src/domain/kernel/ids.js';
import type { Clock } from '../../../src/domain/kernel/clock.js';
import type { Command } from '../../../src/domain/command.js';
import type { StoredEvent } from '../../../src/events/event.js';
import type { Checkpoint } from '../../../src/log/checkpoint.js';
import { fenceAt } from '../../../src/log/fence.js';
import type { Log, Topics } from '../../../src/log/log.js';
import { PartitionWriter, type ClaimOptions, type PendingEvent } from '../../../src/log/partition-writer.js';
import { passThrough } from '../../../src/log/restore.js';
import { ENDLESS_SLICE } from '../../../src/observability/event-loop-slices.js';
import { VirtualClock } from '../virtual-clock.js';
import { FaultyLog } from './faulty-log.js';

/** A log under test: topics of its own, and what only its broker can do to them. */
export interface LogHarness {
  readonly topics: Topics;
  /** Of commands and events. */
  readonly partitions: number;
  /** For what waits; the twin's time passes inside of `until`. */
  readonly clock: Clock;
  /** The client of a process of its own. */
  connect(name: string): Promise<Log>;
  /** Deletes the topic and creates it again, empty. */
  recreate(topic: string): Promise<void>;
  /** Retention: the partition starts at `start` from now on. */
  deleteBefore(topic: string, partition: number, start: bigint): Promise<void>;
  /** Lets things happen until the condition holds. @throws when it never does */
  until(condition: () => boolean | Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

const T0 = Date.UTC(2026, 10, 21);
export const ORG = 'org_contract' as OrgId;

/** The n-th event of a test: answers command n, at offset n. */
export const pending = (n: number, over: Partial<PendingEvent> = {}): PendingEvent =>
  ({
    type: 'BatchDecided',
    subject: 'partition/0',
    data: { commands: n },
    orgId: ORG,
    timeMs: T0 + n,
    commandOffset: BigInt(n),
    commandId: `command-${n}`,
    correlationId: `request-${n}`,
    ...over,
  }) as PendingEvent;

export const numbersOf = (events: readonly StoredEvent[]): readonly number[] =>
  events.map((event) => (event.data as { commands: number }).commands);

export const command = (n: number, over: Partial<Command> = {}): Command =>
  ({
    id: `command-${n}` as CommandId,
    type: 'ExpireGrants',
    orgId: ORG,
    data: {},
    keyed: false,
    fingerprint: null,
    correlationId: `request-${n}`,
    sentAtMs: T0 + n,
    waitMs: null,
    replyTo: null,
    ...over,
  }) as Command;

/** A harness with the partition of one test, one process after the other, and faults. */
export class PartitionUnderTest {
  readonly writerClock = new VirtualClock();
  readonly lost: bigint[] = [];
  #claims = 0;

  constructor(
    readonly harness: LogHarness,
    readonly partition: number,
    readonly log: FaultyLog,
  ) {}

  claim(by: string, checkpoint: Checkpoint | null = null, over: Partial<ClaimOptions> = {}): Promise<PartitionWriter> {
    return PartitionWriter.open({
      log: this.log,
      topics: this.harness.topics,
      partition: this.partition,
      by,
      newClaim: () => `claim-${(this.#claims += 1)}-${by}`,
      clock: this.writerClock,
      slices: ENDLESS_SLICE,
      checkpoint,
      membership: () => Promise.resolve(),
      onCommandsLost: (lost) => this.lost.push(lost),
      ...over,
    });
  }

  /** Claimed and restored. */
  async own(by: string, checkpoint: Checkpoint | null = null): Promise<PartitionWriter> {
    const writer = await this.claim(by, checkpoint);
    await writer.restore(() => undefined);
    return writer;
  }

  /** What any reader sees who starts at offset 0. */
  async counted(): Promise<readonly StoredEvent[]> {
    const { log, partition, harness } = this;
    const { end } = await log.range(harness.topics.events, partition);
    const events: StoredEvent[] = [];
    const span = { fence: fenceAt(null), last: end - 1n };
    await passThrough({ log, topic: harness.topics.events, partition }, span, (some) => void events.push(...some));
    return events;
  }

  async sendCommands(...commands: readonly Command[]): Promise<void> {
    const records = commands.map((sent) => ({ key: ORG, value: Buffer.from(JSON.stringify(sent)) }));
    await this.log.append(this.harness.topics.commands, this.partition, records);
  }
}
