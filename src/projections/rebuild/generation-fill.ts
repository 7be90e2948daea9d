import type { Database } from '../../db/database.js';
import type { Checkpoint } from '../../log/checkpoint.js';
import type { Log, Topics } from '../../log/log.js';
import type { IdentityOpener } from '../persons/identities.js';
import { PartitionFill } from './fill.js';

export interface RebuildProgress {
  readonly partition: number;
  /** Records of the log that have been passed, of `total` that are to be passed as far as is known now. */
  readonly done: number;
  readonly total: number;
}

export interface GenerationFillOptions {
  readonly log: Log;
  readonly topics: Topics;
  readonly identities: IdentityOpener;
  readonly onProgress: (progress: RebuildProgress) => void;
}

/** The last record to pass, by partition. */
export type Targets = ReadonlyMap<number, bigint>;

export const targetsOf = (checkpoints: readonly Checkpoint[]): Targets =>
  new Map(checkpoints.map(({ partition, offset }) => [partition, offset]));

/** Partitions filled at once; more connections than this only wait for the same cores. */
export const PARALLEL_FILLS = 4;

/** Fills all partitions of the new generation. */
export class GenerationFill {
  readonly #partitions: readonly PartitionFill[];
  readonly #totals = new Map<number, bigint>();

  private constructor(
    private readonly options: GenerationFillOptions,
    database: Database,
    count: number,
  ) {
    const { log, topics, identities } = options;
    const onWritten = (partition: number, offset: bigint): void => this.#report(partition, offset + 1n);
    this.#partitions = Array.from(
      { length: count },
      (_, partition) => new PartitionFill({ log, topics, database, identities, onWritten }, partition),
    );
  }

  static async of(options: GenerationFillOptions, database: Database): Promise<GenerationFill> {
    return new GenerationFill(options, database, await options.log.partitions(options.topics.events));
  }

  /** Events written so far. */
  get events(): number {
    return this.#partitions.reduce((sum, { events }) => sum + events, 0);
  }

  checkpointOf(partition: number): Checkpoint | null {
    return this.#partitions[partition]?.checkpoint ?? null;
  }

  /** Records that are missing to the targets. */
  recordsTo(targets: Targets): bigint {
    return this.#partitions.reduce((sum, { partition, next }) => {
      const missing = (targets.get(partition) ?? -1n) + 1n - next;
      return missing > 0n ? sum + missing : sum;
    }, 0n);
  }

  /** True when a partition of the generation has passed more than the targets say: it does not go back. */
  isAheadOf(targets: Targets): boolean {
    return this.#partitions.some(({ partition, next }) => next > (targets.get(partition) ?? -1n) + 1n);
  }

  /** `fill`: as long as append-only tables have no keys. @throws LogWentBack */
  async fillTo(targets: Targets, mode: 'upsert' | 'fill'): Promise<void> {
    for (const [partition, last] of targets) this.#totals.set(partition, last + 1n);
    const queue = [...this.#partitions];
    const worker = async (): Promise<void> => {
      for (let fill = queue.shift(); fill !== undefined; fill = queue.shift()) {
        await fill.fillTo(targets.get(fill.partition) ?? -1n, mode);
        this.#report(fill.partition, fill.next);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL_FILLS }, worker));
  }

  /** The last record of every partition as of now. */
  async ends(): Promise<Targets> {
    const { log, topics } = this.options;
    const ends = this.#partitions.map(
      async ({ partition }) => [partition, (await log.range(topics.events, partition)).end - 1n] as const,
    );
    return new Map(await Promise.all(ends));
  }

  #report(partition: number, done: bigint): void {
    const total = this.#totals.get(partition) ?? 0n;
    if (total > 0n) this.options.onProgress({ partition, done: Number(done), total: Number(total) });
  }
}
