import { createHash } from 'node:crypto';
import { pino } from 'pino';
import { MemorySnapshots } from '../../../src/decider/memory-snapshot-store.js';
import type { Command } from '../../../src/domain/command.js';
import { topicsOf } from '../../../src/log/log.js';
import { MemoryBroker } from '../../../src/log/memory/memory-broker.js';
import type { Reply } from '../../../src/log/reply-codec.js';
import type { Logger } from '../../../src/observability/logger.js';
import { Oracle } from '../oracle/oracle.js';
import { Violation } from '../oracle/violation.js';
import { Chaos, PACES } from './chaos.js';
import { Clients } from './clients.js';
import { Network } from './network.js';
import { Random } from './random.js';
import { RarePaths } from './rare-paths.js';
import type { Plant, Seams } from './seams.js';
import { SimClock, turn } from './sim-clock.js';
import { SimProcess } from './sim-process.js';
import { Traps } from './traps.js';
import { Vendors } from './vendors.js';

export const PARTITIONS = 3;

export interface InstallationOptions {
  readonly seed: string;
  /** How often something breaks. */
  readonly pace: keyof typeof PACES;
  readonly plant: Plant;
}

/** Broker, database, processes, users and vendors of one seed, and the oracle that watches them. */
export class Installation {
  readonly clock = new SimClock();
  readonly topics = topicsOf('sim.');
  readonly tables = new MemorySnapshots();
  readonly paths = new RarePaths();
  readonly random: Random;
  readonly broker: MemoryBroker;
  readonly network: Network;
  readonly seams: Seams;
  readonly logger: Logger;
  readonly oracle: Oracle;
  readonly vendors: Vendors;
  readonly clients: Clients;
  readonly chaos: Chaos;
  readonly traps: Traps;
  running: readonly SimProcess[] = [];
  stopping: readonly SimProcess[] = [];
  private broken: Error | null = null;
  private spawned = 0;

  readonly seed: string;
  readonly pace: keyof typeof PACES;

  constructor({ seed, pace, plant }: InstallationOptions) {
    this.seed = seed;
    this.pace = pace;
    const { topics, clock, tables, paths } = this;
    const { commands, events, replies, deadLetters } = topics;
    const counts = { [commands]: PARTITIONS, [events]: PARTITIONS, [replies]: 2, [deadLetters]: 1 };
    this.random = new Random(seed);
    this.broker = new MemoryBroker({ clock, topics: counts, sliceRecordsMax: 60 });
    this.network = new Network(topics, this.random.fork('network'), paths);
    this.seams = plant({ topics, clock, tables });
    this.logger = countingLogger(paths);
    this.oracle = new Oracle({ broker: this.broker, topics, paths });
    this.vendors = new Vendors(this);
    this.clients = new Clients(this);
    this.chaos = new Chaos(this);
    this.traps = new Traps(this, this.random.fork('traps'));
  }

  spawn(): void {
    const process = new SimProcess(this, `p${(this.spawned += 1)}`);
    this.running = [...this.running, process];
    process.start();
  }

  kill(process: SimProcess): void {
    this.running = this.running.filter((other) => other !== process);
    process.kill();
  }

  async stop(process: SimProcess): Promise<void> {
    this.running = this.running.filter((other) => other !== process);
    this.stopping = [...this.stopping, process];
    await process.stop().catch((error: Error) => this.broke(error));
    this.stopping = this.stopping.filter((other) => other !== process);
  }

  anyServing(random: Random): SimProcess | null {
    const serving = this.running.filter(({ isServing, isRunning }) => isServing && isRunning);
    return serving.length === 0 ? null : random.pick(serving);
  }

  /** A client sees an answer: it has to be true now. */
  heard(command: Command, reply: Reply): void {
    try {
      this.oracle.heard(command, reply);
    } catch (error) {
      this.broke(error as Error);
    }
  }

  died({ name }: SimProcess, error: Error): void {
    this.broke(new Violation('no process dies', `${name}: ${error.stack ?? error.message}`));
  }

  /** The first thing that goes wrong ends the run. */
  broke(error: Error): void {
    this.broken ??= error;
  }

  /** Lets time pass; the oracle looks after every step. @throws Violation */
  async pass(ms: number): Promise<void> {
    const untilMs = this.clock.now() + ms;
    do {
      await turn();
      // Before the oracle looks again: a decision that it has rejected is only half in its books.
      if (this.broken !== null) throw this.broken;
      this.oracle.look();
    } while (this.clock.step(untilMs));
  }

  /** Of every record of every topic: two runs of one seed are the same run. */
  get hash(): string {
    const hash = createHash('sha256');
    for (const topic of Object.values(this.topics) as string[]) {
      for (const partition of this.broker.partitionsOf(topic)) {
        for (const { offset, timestampMs, value } of partition.records)
          hash.update(`${offset} ${timestampMs} `).update(value);
      }
    }
    return hash.digest('hex');
  }
}

/** Nothing is printed: what processes say about themselves is counted. */
const countingLogger = (paths: RarePaths): Logger =>
  pino({
    level: 'info',
    hooks: {
      logMethod: (args: readonly unknown[]) => {
        const message = args.find((arg) => typeof arg === 'string');
        if (typeof message === 'string') paths.saw(`logged: ${message}`);
      },
    },
  });
