import type { Step } from '../../../src/log/memory/memory-process.js';
import type { Topics } from '../../../src/log/log.js';
import type { Random } from './random.js';
import type { SimProcess } from './sim-process.js';
import type { Installation } from './installation.js';

/** The step that springs a trap takes so long that what springs happens in the midst of it. */
const STEP_MS = 6;
const SPRING_MS = 3;
/** More than a session: somebody else has taken over when the process comes back. */
const FROZEN_MS = { least: 200, most: 12_000 };

interface Trap {
  readonly kind: Step['kind'];
  readonly topic: string;
  readonly what: string;
  readonly spring: (process: SimProcess) => void;
}

/** The next process that takes a certain step is hit right there: moments that chance alone would hardly find. */
export class Traps {
  private set: Trap[] = [];

  constructor(
    private readonly world: Installation,
    private readonly random: Random,
  ) {}

  /** Half of them kill; the others freeze the process for a while. */
  lay(kill: (process: SimProcess) => void): void {
    const { random, world } = this;
    const place = random.pick(placesIn(world.topics));
    const kills = random.chance(0.5);
    const spring = kills ? kill : (process: SimProcess) => this.freeze(process);
    this.set.push({ ...place, what: `${kills ? 'killed' : 'frozen'} ${place.what}`, spring });
  }

  /** Tells how much longer the step takes. */
  step(process: SimProcess, { kind, topic }: Step): number {
    const at = this.set.findIndex((trap) => trap.kind === kind && trap.topic === topic);
    if (at < 0) return 0;
    const [trap] = this.set.splice(at, 1);
    this.world.clock.after(SPRING_MS, () => {
      if (!this.world.running.includes(process)) return;
      this.world.paths.saw(trap!.what);
      trap!.spring(process);
    });
    return STEP_MS;
  }

  clear(): void {
    this.set = [];
  }

  private freeze(process: SimProcess): void {
    process.freeze();
    this.world.clock.after(this.random.between(FROZEN_MS.least, FROZEN_MS.most), () => process.thaw());
  }
}

const placesIn = ({ events }: Topics): readonly Omit<Trap, 'spring'>[] => [
  { kind: 'send', topic: events, what: 'before an append' },
  { kind: 'ack', topic: events, what: 'between append and reply' },
  { kind: 'read', topic: events, what: 'while reading the log' },
  { kind: 'send', topic: 'snapshots', what: 'before a call of the store' },
  { kind: 'ack', topic: 'snapshots', what: 'after a call of the store' },
];
