import type { Clock } from '../domain/kernel/clock.js';
import type { EnrichmentId } from '../domain/kernel/ids.js';
import { keyOf, type AttemptKey, type HeldAttempt } from './attempt.js';
import { Lane, type LaneOptions, type ReadyCall } from './lane.js';
import type { ProviderRegistry } from './registry.js';

/** One leased attempt in memory. */
export interface Task {
  readonly attempt: HeldAttempt;
  readonly lane: Lane | undefined;
  leasedAtMs: number;
  /** Nobody waits for it any more: it is not called, if it was not yet. */
  ended: boolean;
  /** It is being put back: from now on the table may hand it out again, even before we hear that it was put back. */
  parked: boolean;
}

/** Attempts of providers that this process does not know; they are skipped at once. */
const UNKNOWN_MAX = 500;
/** Below this part of its window a lane with work in the table asks for more. */
const REFILL_BELOW = 0.5;

/** The bounded part of the queue that is in memory: one lane per vendor, so that a slow one holds up nobody else. */
export class AttemptWindow {
  private readonly lanes: ReadonlyMap<string, Lane>;
  private readonly tasks = new Map<string, Task>();
  private readonly byEnrichment = new Map<EnrichmentId, Set<Task>>();
  private readonly behind = new Set<string>();
  private readonly onEmpty: (() => void)[] = [];
  private unknown = 0;
  private readonly clock: Clock;

  constructor(registry: ProviderRegistry, options: LaneOptions) {
    this.clock = options.clock;
    this.lanes = new Map(registry.all.map((adapter) => [adapter.id, new Lane(adapter, options)]));
  }

  get providers(): readonly string[] {
    return [...this.lanes.keys()];
  }

  get size(): number {
    return this.tasks.size;
  }

  get roomForUnknown(): number {
    return Math.max(0, UNKNOWN_MAX - this.unknown);
  }

  /** Sets a place aside for a row that is about to be leased; false when there is none: the row waits in the table. */
  reserve(provider: string): boolean {
    const lane = this.lanes.get(provider);
    if ((lane?.room ?? this.roomForUnknown) > 0) {
      this.occupy(lane, 1);
      return true;
    }
    if (lane !== undefined) this.behind.add(provider);
    return false;
  }

  unreserve(provider: string, count: number): void {
    this.occupy(this.lanes.get(provider), -count);
  }

  /** Lanes to ask the table about: all with room (`every`), or only those that were left behind and ran low. */
  rooms(every: boolean): ReadonlyMap<string, number> {
    const rooms = [...this.lanes].filter(([provider, { room, windowMax }]) =>
      every ? room > 0 : this.behind.has(provider) && room >= windowMax * REFILL_BELOW,
    );
    return new Map(rooms.map(([provider, { room }]) => [provider, room]));
  }

  /** What the table answered for `rooms`: a lane that was filled to the brim has more there. */
  taken(rooms: ReadonlyMap<string, number>, rows: readonly HeldAttempt[]): void {
    const counts = Map.groupBy(rows, ({ provider }) => provider);
    for (const [provider, room] of rooms) {
      if ((counts.get(provider)?.length ?? 0) >= room) this.behind.add(provider);
      else this.behind.delete(provider);
    }
  }

  /** Takes leased rows in; those it is still working on (its own lease ran out meanwhile) are left out. */
  hold(rows: readonly HeldAttempt[]): readonly Task[] {
    return rows.flatMap((row) => {
      const before = this.tasks.get(keyOf(row));
      if (before !== undefined && !before.parked) return [];
      if (before !== undefined) this.letGo(before);
      return [this.holdOne(row)];
    });
  }

  end({ enrichmentId, attempt }: AttemptKey): void {
    for (const task of this.byEnrichment.get(enrichmentId) ?? []) {
      if (task.attempt.attempt <= attempt) task.ended = true;
    }
  }

  letGo(task: Task): void {
    const key = keyOf(task.attempt);
    if (this.tasks.get(key) !== task) return;
    this.tasks.delete(key);
    const { enrichmentId } = task.attempt;
    const siblings = this.byEnrichment.get(enrichmentId);
    siblings?.delete(task);
    if (siblings?.size === 0) this.byEnrichment.delete(enrichmentId);
    this.occupy(task.lane, -1);
    if (this.tasks.size === 0) for (const resolve of this.onEmpty.splice(0)) resolve();
  }

  /** Whose lease is older than `ageMs` and still needed. */
  leasedLongerThan(ageMs: number): readonly Task[] {
    const untilMs = this.clock.now() - ageMs;
    return [...this.tasks.values()].filter(
      ({ ended, parked, leasedAtMs }) => !ended && !parked && leasedAtMs <= untilMs,
    );
  }

  /** Empties the lanes: what was not begun. */
  clear(): readonly ReadyCall[] {
    return [...this.lanes.values()].flatMap((lane) => lane.clear());
  }

  /** Resolves when nothing is in memory. */
  emptied(): Promise<void> {
    if (this.tasks.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.onEmpty.push(resolve));
  }

  private holdOne(attempt: HeldAttempt): Task {
    const lane = this.lanes.get(attempt.provider);
    const task: Task = { attempt, lane, leasedAtMs: this.clock.now(), ended: false, parked: false };
    this.tasks.set(keyOf(attempt), task);
    const siblings = this.byEnrichment.get(attempt.enrichmentId) ?? new Set();
    this.byEnrichment.set(attempt.enrichmentId, siblings.add(task));
    this.occupy(lane, 1);
    return task;
  }

  private occupy(lane: Lane | undefined, count: number): void {
    if (lane === undefined) this.unknown += count;
    else lane.occupy(count);
  }
}
