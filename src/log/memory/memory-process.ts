import type { Clock } from '../../domain/kernel/clock.js';
import type { OutgoingRecord } from '../log.js';

/** What a client does over the network; every step may take time and is where a process can be stopped. */
export interface Step {
  readonly kind: 'send' | 'ack' | 'read' | 'deliver' | 'join' | 'heartbeat' | 'assign';
  readonly topic: string;
  /** -1 for steps of the group. */
  readonly partition: number;
}

/** What happens to one append. Without a fault it lands, is acknowledged and is never seen again. */
export type AppendFault =
  /** Nothing is written, AppendUnknown is thrown. */
  | { readonly kind: 'failed' }
  /** It lands, AppendUnknown is thrown. */
  | { readonly kind: 'lost-ack' }
  /** AppendUnknown is thrown, and it lands `afterMs` later. */
  | { readonly kind: 'late'; readonly afterMs: number }
  /** It lands and is acknowledged, and the same bytes land again `afterMs` later. */
  | { readonly kind: 'late-duplicate'; readonly afterMs: number }
  /** It lands twice at once, the second copy is acknowledged: a retry inside of a client. */
  | { readonly kind: 'doubled' };

export interface OutgoingAppend {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly OutgoingRecord[];
}

export interface MemoryFaults {
  /** How long a step takes, in ms; 0 (the default) means microtasks only. Different answers reorder partitions. */
  readonly latencyMs?: (step: Step) => number;
  readonly onAppend?: (append: OutgoingAppend) => AppendFault | null;
  /** True: this heartbeat is refused. */
  readonly heartbeatFails?: () => boolean;
}

/**
 * A process of the simulation: runs, is frozen (SIGSTOP) or killed. A step of a frozen process waits, one of a killed
 * process never ends, so its promises never resolve.
 */
export class MemoryProcess {
  #state: 'running' | 'frozen' | 'killed' = 'running';
  readonly #thawed: (() => void)[] = [];

  constructor(
    private readonly clock: Clock,
    private readonly faults: MemoryFaults,
  ) {}

  get isRunning(): boolean {
    return this.#state === 'running';
  }

  freeze(): void {
    if (this.#state === 'running') this.#state = 'frozen';
  }

  thaw(): void {
    if (this.#state !== 'frozen') return;
    this.#state = 'running';
    for (const resolve of this.#thawed.splice(0)) resolve();
  }

  kill(): void {
    this.#state = 'killed';
    this.#thawed.length = 0;
  }

  /** Resolves when the step has been done. */
  async step(kind: Step['kind'], topic: string, partition = -1): Promise<void> {
    const ms = this.faults.latencyMs?.({ kind, topic, partition }) ?? 0;
    if (ms > 0) await new Promise<void>((resolve) => void this.clock.after(ms, resolve));
    // A process may be frozen again before its continuation runs.
    while (this.#state !== 'running') await this.#thaw();
  }

  #thaw(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#state === 'frozen') this.#thawed.push(resolve);
    });
  }
}
