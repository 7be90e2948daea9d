import type { Command, CommandDataByType, CommandType } from '../../src/domain/command.js';
import type { Answer } from '../../src/domain/decision.js';
import { Draft } from '../../src/domain/draft.js';
import type { CommandId, OrgId } from '../../src/domain/kernel/ids.js';
import type { StoredEvent } from '../../src/events/event.js';
import { Decider, type DeciderOptions } from '../../src/decider/decider.js';
import { MemorySnapshots, MemorySnapshotStore } from '../../src/decider/memory-snapshot-store.js';
import type { PartitionStatus } from '../../src/decider/partition-owner.js';
import { encodeCommand } from '../../src/log/command-codec.js';
import { CommandSender } from '../../src/log/command-sender.js';
import { fenceAt, passRecords } from '../../src/log/fence.js';
import { topicsOf } from '../../src/log/log.js';
import { MemoryBroker } from '../../src/log/memory/memory-broker.js';
import { MemoryLog } from '../../src/log/memory/memory-log.js';
import type { MemoryFaults } from '../../src/log/memory/memory-process.js';
import type { Reply } from '../../src/log/reply-codec.js';
import { createLogger } from '../../src/observability/logger.js';
import { ENDLESS_SLICE } from '../../src/observability/event-loop-slices.js';
import { settle, VirtualClock } from '../log/virtual-clock.js';
import { sha256 } from '../support/given.js';

export const TOPICS = topicsOf('t.');
export const ORG = 'org_1' as OrgId;
const TURNS_MAX = 2_000;

interface WorldOptions {
  readonly partitions?: number;
  readonly batchBytesMax?: number;
}

/** One broker, one snapshot database, a clock that stands still, and as many decider processes as a test starts. */
export class World {
  readonly clock = new VirtualClock();
  readonly tables = new MemorySnapshots();
  readonly broker: MemoryBroker;
  readonly replies: (Reply & { readonly from: string })[] = [];
  private sent = 0;
  private readonly processes: DeciderProcess[] = [];

  constructor(options: WorldOptions = {}) {
    const partitions = options.partitions ?? 1;
    this.broker = new MemoryBroker({
      clock: this.clock,
      topics: {
        [TOPICS.commands]: partitions,
        [TOPICS.events]: partitions,
        [TOPICS.replies]: 1,
        [TOPICS.deadLetters]: 1,
      },
      ...(options.batchBytesMax !== undefined && { batchBytesMax: options.batchBytesMax }),
    });
  }

  process(name: string, options: Partial<DeciderOptions> & { readonly faults?: MemoryFaults } = {}): DeciderProcess {
    const process = new DeciderProcess(this, name, options);
    this.processes.push(process);
    return process;
  }

  /** Ends what a test has left running. */
  async end(): Promise<void> {
    for (const process of this.processes) process.log.kill();
    await settle();
  }

  command<T extends CommandType>(type: T, data: CommandDataByType[T], envelope: Partial<Command> = {}): Command<T> {
    this.sent += 1;
    const origin = { orgId: ORG, keyed: false, fingerprint: null, correlationId: `request-${this.sent}` };
    const wait = { sentAtMs: this.clock.now(), waitMs: 10_000, replyTo: { instance: 'http', partition: 0 } };
    const id = `command-${this.sent}` as CommandId;
    return { id, type, data, ...origin, ...wait, ...envelope } as unknown as Command<T>;
  }

  grant(amount: number, envelope: Partial<Command> = {}): Command<'GrantCredits'> {
    const data = { amount, source: 'purchase', expiresAt: null, referenceId: null } as const;
    return this.command('GrantCredits', data, { keyed: true, fingerprint: 'f', ...envelope });
  }

  /** Appends as a sender would; several at once arrive at once. */
  send(commands: readonly (Command | Buffer)[], partition = 0): bigint {
    const records = commands.map((command) => ({
      key: ORG as string,
      value: Buffer.isBuffer(command) ? command : encodeCommand(command),
    }));
    return this.broker.partition(TOPICS.commands, partition).append(records);
  }

  /** Sends one command and waits for its answer. */
  async ask(command: Command, partition = 0): Promise<Answer> {
    this.send([command], partition);
    await this.until(() => this.answers(command.id).length > 0, `an answer to ${command.type}`);
    return this.answers(command.id)[0] as Answer;
  }

  answers(id: CommandId): readonly Answer[] {
    return this.replies.filter(({ commandId }) => commandId === id).map(({ answer }) => answer);
  }

  /** Everything runs, but no time passes. */
  async until(condition: () => boolean, what: string): Promise<void> {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      if (condition()) return;
      await settle();
    }
    throw new Error(`never happened: ${what}`);
  }

  /** Lets time pass in steps until something has happened. */
  async passUntil(condition: () => boolean, what: string): Promise<void> {
    for (let turn = 0; turn < TURNS_MAX; turn += 1) {
      if (condition()) return;
      await this.clock.pass(100);
      await settle();
    }
    throw new Error(`never happened: ${what}`);
  }

  /** What a reader of the log takes for true. */
  events(partition = 0): readonly StoredEvent[] {
    const { records } = this.broker.partition(TOPICS.events, partition);
    return passRecords(fenceAt(null), records, partition).events;
  }

  types(partition = 0): readonly string[] {
    return this.events(partition).map(({ type }) => type);
  }

  /** State as the log alone says. */
  state(partition = 0): Draft {
    const state = new Draft({ get: () => undefined });
    for (const event of this.events(partition)) state.apply(event);
    return state;
  }

  claims(partition = 0): number {
    const { records } = this.broker.partition(TOPICS.events, partition);
    return records.filter(({ value }) => value.includes('"PartitionClaimed"')).length;
  }

  deadLetters(): readonly { readonly commandid: string; readonly error: { readonly message: string } }[] {
    const { records } = this.broker.partition(TOPICS.deadLetters, 0);
    return records.map(({ value }) => JSON.parse(value.toString()) as never);
  }
}

/** A decider in a process of its own, with its own connections to log and database. */
export class DeciderProcess {
  readonly log: MemoryLog;
  readonly store: MemorySnapshotStore;
  readonly decider: Decider;
  readonly fatal: Error[] = [];

  constructor(
    readonly world: World,
    readonly name: string,
    { faults, ...options }: Partial<DeciderOptions> & { readonly faults?: MemoryFaults },
  ) {
    const { clock, broker } = world;
    this.log = new MemoryLog({ broker, clock, name, ...(faults !== undefined && { faults }) });
    this.store = new MemorySnapshotStore(clock, world.tables);
    const log = this.log;
    this.decider = new Decider({
      log,
      topics: TOPICS,
      snapshots: this.store,
      replies: { deliver: (_, reply) => this.deliver(reply) },
      sender: new CommandSender({ log, topics: TOPICS }),
      clock,
      slices: ENDLESS_SLICE,
      logger: createLogger('silent'),
      sha256,
      unit: 'credit',
      processId: name,
      random: () => 0,
      onFatal: (error) => this.fatal.push(error),
      ...options,
    });
  }

  private deliver(reply: Reply): Promise<void> {
    this.world.replies.push({ ...reply, from: this.name });
    return Promise.resolve();
  }

  async start(): Promise<this> {
    await this.decider.start();
    await this.world.until(() => this.decider.status().joined, `${this.name} joins`);
    return this;
  }

  /** Started, and decides partition `p`. */
  async deciding(partition = 0): Promise<this> {
    await this.start();
    await this.world.until(() => this.status(partition)?.state === 'deciding', `${this.name} decides ${partition}`);
    return this;
  }

  status(partition = 0): PartitionStatus | undefined {
    return this.decider.status().partitions.find((status) => status.partition === partition);
  }
}
