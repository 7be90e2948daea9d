import type { Installation } from './installation.js';
import type { Random } from './random.js';
import type { SimProcess } from './sim-process.js';

/** Ms between two breakdowns. */
export const PACES = { usual: { least: 1_000, most: 13_000 }, wild: { least: 200, most: 4_000 } } as const;
const PROCESSES = 3;
const NIGHT_MS = 25 * 60 * 60 * 1_000;

const KINDS = {
  'process killed': 18,
  'process frozen': 20,
  'process stopped in order': 6,
  'store down': 8,
  'store slow': 8,
  'store loses answers': 5,
  'store goes back': 5,
  'store lost': 3,
  'partition moved': 8,
  'rebalance that keeps': 6,
  'partition slow': 8,
  'heartbeats fail': 4,
  'trap laid': 30,
} as const;

/** Breaks things at random, one after the other and over each other, and puts them right again. */
export class Chaos {
  private readonly random: Random;
  private isActive = true;

  constructor(private readonly world: Installation) {
    this.random = world.random.fork('chaos');
  }

  start(): void {
    const { random, world } = this;
    const { least, most } = PACES[world.pace];
    world.clock.after(random.between(least, most), () => {
      if (!this.isActive) return;
      const kind = random.weighted(KINDS);
      world.paths.saw(kind);
      this.breaks[kind]();
      this.start();
    });
  }

  /** Everything that is broken mends, nothing new breaks. */
  end(): void {
    this.isActive = false;
    const { world } = this;
    world.network.faulty = false;
    world.network.slow.clear();
    world.traps.clear();
    for (const process of world.running) {
      process.heartbeatFails = false;
      Object.assign(process.store.faults, { down: false, losesAnswers: false, delayMs: 0 });
      process.thaw();
    }
    while (world.running.length < PROCESSES) world.spawn();
  }

  /** All processes are down over night; everything that has a term runs out. */
  async night(): Promise<void> {
    const { world } = this;
    world.paths.saw('night');
    this.isActive = false;
    for (const process of world.running) world.kill(process);
    world.network.slow.clear();
    world.traps.clear();
    await world.pass(NIGHT_MS);
    this.isActive = true;
    while (world.running.length < PROCESSES) world.spawn();
    this.start();
  }

  private readonly breaks: Readonly<Record<keyof typeof KINDS, () => void>> = {
    'process killed': () => this.kill(this.anyRunning()),
    'process frozen': () => this.freeze(),
    'process stopped in order': () => this.stopInOrder(),
    'store down': () => this.breakStore({ down: true }, [200, 4_000]),
    'store slow': () => this.breakStore({ delayMs: this.random.between(5, 700) }, [500, 8_000]),
    'store loses answers': () => this.breakStore({ losesAnswers: true }, [100, 2_000]),
    'store goes back': () => this.later([100, 9_000], this.world.tables.copy()),
    'store lost': () => this.loseStore(),
    'partition moved': () => this.movePartition(),
    'rebalance that keeps': () => this.world.broker.groups.rebalance('sim.decider'),
    'partition slow': () => this.slowPartition(),
    'heartbeats fail': () => this.failHeartbeats(),
    'trap laid': () => this.world.traps.lay((process) => this.kill(process)),
  };

  private later([least, most]: readonly [number, number], run: () => void): void {
    this.world.clock.after(this.random.between(least, most), () => {
      if (this.isActive) run();
    });
  }

  private anyRunning(): SimProcess | null {
    const { running } = this.world;
    return running.length === 0 ? null : this.random.pick(running);
  }

  private kill(process: SimProcess | null): void {
    if (process === null) return;
    this.world.kill(process);
    this.replace();
  }

  private replace(): void {
    this.later([10, 6_000], () => {
      if (this.world.running.length < PROCESSES) this.world.spawn();
    });
  }

  /** Short: nobody notices. Long: somebody else takes over, and it comes back as a zombie. */
  private freeze(): void {
    const process = this.anyRunning();
    if (process === null) return;
    process.freeze();
    this.later([100, this.random.chance(0.7) ? 12_000 : 1_500], () => process.thaw());
  }

  private stopInOrder(): void {
    const process = this.anyRunning();
    if (process === null) return;
    void this.world.stop(process);
    this.replace();
  }

  /** Of one process or, mostly, of all. */
  private breakStore(faults: Partial<SimProcess['store']['faults']>, span: readonly [number, number]): void {
    const one = this.random.chance(0.3) ? this.anyRunning() : null;
    const hit = one === null ? this.world.running : [one];
    for (const { store } of hit) Object.assign(store.faults, faults);
    this.later(span, () => {
      for (const { store } of hit) Object.assign(store.faults, { down: false, losesAnswers: false, delayMs: 0 });
    });
  }

  private loseStore(): void {
    const { tables } = this.world;
    const partition = this.anyPartition();
    tables.move(partition, null);
    for (const [key] of tables.rowsOf([partition])) tables.delete(key);
  }

  private movePartition(): void {
    const process = this.anyRunning();
    if (process !== null) this.world.broker.groups.pin('sim.decider', this.anyPartition(), process.name);
  }

  private slowPartition(): void {
    const { slow } = this.world.network;
    const partition = this.anyPartition();
    slow.set(partition, this.random.between(5, 400));
    this.later([500, 8_000], () => slow.delete(partition));
  }

  private failHeartbeats(): void {
    const process = this.anyRunning();
    if (process === null) return;
    process.heartbeatFails = true;
    this.later([500, 5_000], () => (process.heartbeatFails = false));
  }

  private anyPartition(): number {
    const { broker, topics } = this.world;
    return this.random.between(0, broker.partitionsOf(topics.events).length - 1);
  }
}
