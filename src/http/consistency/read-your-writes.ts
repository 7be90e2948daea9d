import { Inject, Injectable } from '@nestjs/common';
import { ANSWERED_POSITIONS, type AnsweredPositions } from '../../commands/answered-positions.js';
import { Unavailable } from '../../commands/outcomes.js';
import { PARTITION_ENDS, type PartitionEnds } from '../../commands/partition-ends.js';
import type { Position } from '../../commands/ports.js';
import type { Clock } from '../../domain/kernel/clock.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { noPosition } from './read-context.js';
import { CLOCK, READ_POSITIONS, type ReadPositions } from '../ports.js';

/** for all waits of one request together. */
const WAIT_MAX_MS = 1_000;
const RETRY_AFTER_S = 1;

export interface Reader {
  readonly orgId: OrgId;
  /** The position that the client sent back. */
  readonly sent: Position | null;
}

interface Look<T> {
  readonly reader: Reader;
  readonly query: () => Promise<T>;
  readonly isComplete: (found: T) => boolean;
}

/** Reads that are never older than what this process, or the client's header, has seen. */
@Injectable()
export class ReadYourWrites {
  constructor(
    @Inject(READ_POSITIONS) private readonly positions: ReadPositions,
    @Inject(PARTITION_ENDS) private readonly ends: PartitionEnds,
    @Inject(ANSWERED_POSITIONS) private readonly answered: Pick<AnsweredPositions, 'of'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** @throws Unavailable when the read model is not there within 1 s; ApiError for a partition that does not exist */
  async read<T>(reader: Reader, query: () => Promise<T>): Promise<T> {
    await this.catchUp(reader, this.clock.now() + WAIT_MAX_MS);
    return query();
  }

  /**
   * As `read`, but null only when the read model has passed the end of the log as it was after the first look: until
   * then "there is none" may only mean "not yet". @throws Unavailable rather than a wrong null
   */
  find<T>(reader: Reader, query: () => Promise<T | null>): Promise<T | null> {
    return this.lookTwice({ reader, query, isComplete: (found) => found !== null });
  }

  /** As `find` for several at once: each null holds as that of `find` does. @throws Unavailable */
  findEach<T>(reader: Reader, query: () => Promise<readonly (T | null)[]>): Promise<readonly (T | null)[]> {
    return this.lookTwice({ reader, query, isComplete: (found) => !found.includes(null) });
  }

  /**
   * Whether the read model has passed the end of the log as it is now, for those who can do without: false when it has
   * not within 1 s.
   */
  async isCurrent(orgId: OrgId): Promise<boolean> {
    try {
      const deadlineMs = this.clock.now() + WAIT_MAX_MS;
      const end = await this.endOf(orgId, deadlineMs);
      if (end !== null) await this.waitFor(end, deadlineMs);
      return true;
    } catch (error) {
      if (error instanceof Unavailable) return false;
      throw error;
    }
  }

  private async lookTwice<T>({ reader, query, isComplete }: Look<T>): Promise<T> {
    const deadlineMs = this.clock.now() + WAIT_MAX_MS;
    await this.catchUp(reader, deadlineMs);
    const found = await query();
    if (isComplete(found)) return found;
    const end = await this.endOf(reader.orgId, deadlineMs);
    if (end !== null) await this.waitFor(end, deadlineMs);
    return query();
  }

  private async catchUp({ orgId, sent }: Reader, deadlineMs: number): Promise<void> {
    if (sent !== null && sent.partition >= this.ends.partitions)
      throw noPosition('names a partition that does not exist');
    const own = this.answered.of(orgId);
    if (own !== null) await this.waitFor(own, deadlineMs);
    if (sent !== null) await this.waitFor(sent, deadlineMs);
  }

  /** A broker that does not tell in time makes the miss worth nothing, so it is not waited for any longer. */
  private endOf(orgId: OrgId, deadlineMs: number): Promise<Position | null> {
    return new Promise((resolve, reject) => {
      const fail = (cause?: unknown): void => reject(new Unavailable('unreachable', RETRY_AFTER_S, cause));
      const cancel = this.clock.after(Math.max(0, deadlineMs - this.clock.now()), fail);
      void this.ends.endOf(orgId).then(resolve, fail).finally(cancel);
    });
  }

  private async waitFor({ partition, offset }: Position, deadlineMs: number): Promise<void> {
    const leftMs = Math.max(0, deadlineMs - this.clock.now());
    if (await this.positions.waitFor(partition, offset, leftMs)) return;
    throw new Unavailable('read_model_behind', RETRY_AFTER_S);
  }
}
