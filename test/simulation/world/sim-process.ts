import { Decider } from '../../../src/decider/decider.js';
import { CORE } from '../../../src/decider/core.js';
import { MemorySnapshotStore } from '../../../src/decider/memory-snapshot-store.js';
import { Beat } from '../../../src/log/beat.js';
import { CommandSender } from '../../../src/log/command-sender.js';
import { EventFollower } from '../../../src/log/event-follower.js';
import { MemoryLog } from '../../../src/log/memory/memory-log.js';
import { MemoryProcess } from '../../../src/log/memory/memory-process.js';
import { PartitionWriter } from '../../../src/log/partition-writer.js';
import { Replies } from '../../../src/log/replies.js';
import { sleep } from '../../../src/observability/clock.js';
import type { Slices } from '../../../src/observability/event-loop-slices.js';
import { sha256 } from '../../support/given.js';
import type { Installation } from './installation.js';
import { NarrowLog } from './narrow-log.js';
import { ObservedStore } from './observed-store.js';
import { observedClaim } from './observed-writer.js';
import { HurriedClock, ProcessClock } from './process-clock.js';
import type { Random } from './random.js';

/** The group notices a frozen or killed process after this long. */
const SESSION_MS = 3_000;
/** Less than the largest decisions need. */
const EVENTS_BYTES_MAX = 8_500;
/** 10 minutes of renewal become 30 seconds. */
const CLAIM_HURRY = 20;
/** Of the looks at the event loop: then everything else goes on for up to so long. */
const SLICE_ENDS = 0.02;
const TURN_MS_MAX = 20;
/** Of the thaws. */
const CLAIMS_COPIED = 0.5;
/** So small that streams are evicted and loaded all the time, and that batches are full. */
const LIMITS = {
  batchCommands: 8,
  batchBytes: 64_000,
  loadStreams: 40,
  workingSetBytes: 60_000,
  unsavedBytes: 120_000,
  snapshotEveryMs: 500,
  snapshotChanges: 60,
};

/** One process with the roles http, decider and providers, as `npm start` runs them. */
export class SimProcess {
  readonly store: MemorySnapshotStore;
  readonly clock: ProcessClock;
  readonly decider: Decider;
  readonly replies: Replies;
  readonly sender: CommandSender;
  heartbeatFails = false;
  /** Takes requests of clients. */
  isServing = false;
  private isKilled = false;
  private readonly process: MemoryProcess;
  private readonly memoryLog: MemoryLog;
  private readonly log: NarrowLog;
  private readonly follower: EventFollower;
  private readonly random: Random;

  constructor(
    private readonly world: Installation,
    readonly name: string,
  ) {
    const { clock, broker, network, topics, tables } = world;
    this.random = world.random.fork(name);
    const delays = network.faultsOf(name, (step) => this.world.traps.step(this, step));
    const faults = { ...delays, heartbeatFails: () => this.heartbeatFails };
    this.process = new MemoryProcess(clock, faults);
    this.clock = new ProcessClock(clock, this.process);
    this.memoryLog = new MemoryLog({ broker, clock, name, faults, sessionMs: SESSION_MS });
    this.log = new NarrowLog({ log: this.memoryLog, topics, eventsBytesMax: EVENTS_BYTES_MAX });
    this.store = new MemorySnapshotStore(clock, tables);
    const { logger } = world;
    const onFatal = (error: Error): void => this.world.died(this, error);
    this.replies = new Replies({ log: this.log, topics, instance: name, logger, onFatal });
    this.sender = this.newSender();
    this.decider = this.newDecider(onFatal);
    this.follower = this.newFollower(onFatal);
  }

  /** Always busy: commands rest up to 40 ms, or die with the process while they do. Bugs are planted in calmer ones. */
  private newSender(): CommandSender {
    const { world, log, clock, random } = this;
    const { topics } = world;
    if (world.pace !== 'usual') return new CommandSender({ log, topics });
    return new CommandSender({ log, topics, beat: new Beat(clock, () => 1 - random.next() / 4) });
  }

  private newDecider(onFatal: (error: Error) => void): Decider {
    const { world, log, store, clock, random } = this;
    const { seams, paths, topics, logger } = world;
    const claim = seams.claimWriter ?? ((production) => production);
    const hurried = new HurriedClock(clock, CLAIM_HURRY);
    const claimWriter = claim((options) => PartitionWriter.open({ ...options, clock: hurried }));
    return new Decider({
      log: seams.log?.(log) ?? log,
      snapshots: new ObservedStore(seams.store?.(store) ?? store, this.process, paths),
      core: seams.core?.(CORE) ?? CORE,
      claimWriter: observedClaim(claimWriter, paths),
      topics,
      replies: this.replies,
      sender: this.sender,
      clock,
      slices: this.slices(),
      logger,
      sha256,
      unit: 'credit',
      onFatal,
      processId: this.name,
      limits: LIMITS,
      newClaim: () => random.hex(16),
      random: () => random.next(),
    });
  }

  private newFollower(onFatal: (error: Error) => void): EventFollower {
    const { world, log, clock } = this;
    const { topics, logger, vendors } = world;
    return new EventFollower({
      log,
      topics,
      clock,
      slices: this.slices(),
      logger,
      onFatal,
      group: 'sim.providers',
      batchMax: 20,
      checkpoints: { load: (partition) => this.atDatabase(() => vendors.checkpoint(partition)) },
      handle: (batch) => this.atDatabase(() => vendors.store(batch)),
    });
  }

  /** Over at any time, so that whatever can happen between two items of one piece of work does. */
  private slices(): Slices {
    const { clock, random } = this;
    return {
      get areOver() {
        return random.next() < SLICE_ENDS;
      },
      breathe: () => sleep(clock, random.next() * TURN_MS_MAX),
    };
  }

  private async atDatabase<T>(run: () => T): Promise<T> {
    await this.process.step('send', 'positions');
    const result = run();
    await this.process.step('ack', 'positions');
    return result;
  }

  get isRunning(): boolean {
    return this.process.isRunning;
  }

  start(): void {
    const started = async (): Promise<void> => {
      await this.replies.start();
      this.isServing = true;
      await this.decider.start();
      await this.follower.start();
    };
    started().catch((error: Error) => this.world.died(this, error));
  }

  freeze(): void {
    this.process.freeze();
    this.memoryLog.freeze();
  }

  thaw(): void {
    if (this.isKilled) return;
    if (!this.isRunning && this.random.chance(CLAIMS_COPIED)) this.repeatClaims();
    this.memoryLog.thaw();
    this.process.thaw();
  }

  /** The network delivers its claims once more, for the zombie to find behind those of others. */
  private repeatClaims(): void {
    const { network, broker, paths } = this.world;
    for (const { topic, partition, records } of network.claimsOf(this.name)) {
      paths.saw('claim copied before a thaw');
      broker.partition(topic, partition).append(records);
    }
  }

  kill(): void {
    this.isServing = false;
    this.isKilled = true;
    this.process.kill();
    this.memoryLog.kill();
  }

  /** SIGTERM: resolves when all is handed over; never, when it is killed meanwhile. */
  async stop(): Promise<void> {
    this.isServing = false;
    await this.follower.stop();
    await this.decider.stop();
    await this.replies.stop();
    await this.memoryLog.close();
  }
}
