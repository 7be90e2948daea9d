import { deepStrictEqual } from 'node:assert/strict';
import type { OutgoingRecord, Topics } from '../../../src/log/log.js';
import type { AppendFault, MemoryFaults, OutgoingAppend, Step } from '../../../src/log/memory/memory-process.js';
import type { Random } from './random.js';
import type { RarePaths } from './rare-paths.js';

/** Probabilities of the faults of one append; the rest goes well. */
type FaultRates = Readonly<Record<AppendFault['kind'], number>>;

const EVENTS: FaultRates = { failed: 0.003, 'lost-ack': 0.004, late: 0.004, 'late-duplicate': 0.01, doubled: 0.01 };
/** Claims are few. */
const CLAIMS: FaultRates = { failed: 0.003, 'lost-ack': 0.01, late: 0.02, 'late-duplicate': 0.3, doubled: 0.05 };
const COMMANDS: FaultRates = { failed: 0.005, 'lost-ack': 0.01, late: 0.005, 'late-duplicate': 0.015, doubled: 0.01 };
const REPLIES: FaultRates = { failed: 0.01, 'lost-ack': 0.01, late: 0.01, 'late-duplicate': 0.01, doubled: 0.01 };
const DEAD: FaultRates = { failed: 0.1, 'lost-ack': 0.1, late: 0.02, 'late-duplicate': 0.05, doubled: 0.02 };

/** Copies come as late as this: behind the claim of another owner, behind the memory of command ids. */
const LATE_MS = { short: 300, long: 20_000, forgotten: 150_000 };

/** The network between all processes and the broker; one for the world, so that it can slow partitions down. */
export class Network {
  /** Further ms per step of a partition: what makes partitions overtake each other. */
  readonly slow = new Map<number, number>();
  /** False: nothing breaks any more. */
  faulty = true;
  private batches = 0;
  private readonly claims = new Map<string, ReadonlyMap<number, OutgoingAppend>>();
  private readonly rates: Readonly<Record<string, FaultRates>>;

  constructor(
    private readonly topics: Topics,
    private readonly random: Random,
    private readonly paths: RarePaths,
  ) {
    const { events, commands, replies, deadLetters } = topics;
    this.rates = { [events]: EVENTS, [commands]: COMMANDS, [replies]: REPLIES, [deadLetters]: DEAD };
  }

  /** As the named process experiences it; `delayMs` is what a step takes beside the usual. */
  faultsOf(name: string, delayMs: (step: Step) => number): MemoryFaults {
    const claims = new Map<number, OutgoingAppend>();
    this.claims.set(name, claims);
    return {
      latencyMs: (step) => (step.topic === 'timer' ? 0 : this.latencyMs(step) + delayMs(step)),
      onAppend: (append) => {
        if (append.records.some(isClaim)) claims.set(append.partition, append);
        this.requireAlike(append.records);
        return this.faultOf(append);
      },
    };
  }

  /** The last claim that the named process has sent, per partition. */
  claimsOf(name: string): readonly OutgoingAppend[] {
    if (!this.faulty) return [];
    return [...(this.claims.get(name)?.values() ?? [])];
  }

  private latencyMs({ kind, partition }: Step): number {
    const slowMs = this.slow.get(partition) ?? 0;
    const usualMs = this.random.chance(0.5) ? 0 : this.random.between(1, kind === 'ack' ? 8 : 4);
    return usualMs + (slowMs > 0 ? this.random.between(0, slowMs) : 0);
  }

  private faultOf({ topic, records }: OutgoingAppend): AppendFault | null {
    if (!this.faulty) return null;
    const rates = records.some(isClaim) ? CLAIMS : (this.rates[topic] ?? REPLIES);
    const spared = 1 - Object.values(rates).reduce((sum, rate) => sum + rate, 0);
    const kind = this.random.weighted({ none: spared, ...rates });
    if (kind === 'none') return null;
    this.paths.saw(`${kind} append of ${topic.slice(topic.indexOf('.') + 1)}`);
    return kind === 'late' || kind === 'late-duplicate' ? { kind, afterMs: this.lateMs(topic) } : { kind };
  }

  /** What a reader in the writer's process is handed is what all others parse, and nobody changes it: every eighth batch. */
  private requireAlike(records: readonly OutgoingRecord[]): void {
    this.batches += 1;
    if (this.batches % 8 !== 0) return;
    for (const { event, value } of records) {
      if (event === undefined) continue;
      deepStrictEqual(event, parsed(value));
      freeze(event);
    }
  }

  private lateMs(topic: string): number {
    const long = topic === this.topics.commands && this.random.chance(0.3) ? LATE_MS.forgotten : LATE_MS.long;
    return this.random.between(1, this.random.chance(0.4) ? LATE_MS.short : long);
  }
}

const freeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
};

/** Nobody reads the two attributes that are the same on every event. */
const parsed = (value: Buffer): object => {
  const { specversion, source, ...read } = JSON.parse(value.toString()) as Record<string, unknown>;
  deepStrictEqual([specversion, source], ['1.0', '/tributary']);
  return read;
};

const isClaim = ({ value }: OutgoingRecord): boolean => value.includes('"type":"PartitionClaimed"');
