import { encodeEvent, isClaim, parseEvent } from '../../../src/events/codec.js';
import { Fenced } from '../../../src/log/errors.js';
import { checkpointOf, type FenceState } from '../../../src/log/fence.js';
import { AppendUnknown } from '../../../src/log/log.js';
import type { Appended, PendingEvent } from '../../../src/log/partition-writer.js';
import type { Checkpoint } from '../../../src/log/checkpoint.js';
import type { PlantedBug } from './planted-bug.js';
import { fenceBehind, writerBug, WriterOver } from './writer-over.js';

/** The answer leaves while the append is still on its way. */
class HastyWriter extends WriterOver {
  private behind: Promise<unknown> = Promise.resolve();

  override async append(events: readonly PendingEvent[]): Promise<Appended> {
    await this.behind;
    const foretold = this.foretold(events);
    this.behind = super.append(events);
    this.behind.catch(() => undefined); // The next append hears of it.
    return foretold;
  }
  override async renewIfDue(): Promise<void> {
    await this.behind;
    await super.renewIfDue();
  }
}

/** Whatever offset is acknowledged, the batch is taken to count. */
class BlindWriter extends WriterOver {
  private own: FenceState | null = null;

  override get fence(): FenceState {
    return this.own ?? this.writer.fence;
  }
  override get checkpoint(): Checkpoint {
    return checkpointOf(this.options.partition, this.fence) ?? this.writer.checkpoint;
  }
  override async append(events: readonly PendingEvent[]): Promise<Appended> {
    const { log, topics, partition } = this.options;
    const foretold = this.foretold(events);
    const records = events.map((event, index) => {
      const stamp = { partition, claim: this.claim, seq: foretold.events[index]?.seq ?? 0 };
      return { key: event.orgId, value: Buffer.from(encodeEvent(event, stamp)) };
    });
    await log.append(topics.events, partition, records);
    this.own = fenceBehind(this.fence, foretold);
    return foretold;
  }
  override renewIfDue(): Promise<void> {
    return Promise.resolve();
  }
}

/** No acknowledgement is taken for a good one. */
class TrustingWriter extends WriterOver {
  private isLost = false;

  override async append(events: readonly PendingEvent[]): Promise<Appended> {
    if (this.isLost) throw new AppendUnknown('the append before got no acknowledgement');
    const foretold = this.foretold(events);
    try {
      return await super.append(events);
    } catch (error) {
      if (!(error instanceof AppendUnknown)) throw error;
      this.isLost = true;
      return foretold;
    }
  }
  override async renewIfDue(): Promise<void> {
    if (!this.isLost) await super.renewIfDue();
  }
}

/** A late copy of its own claim counts like a new one: the thawed owner takes the partition for its own again. */
class ReclaimedWriter extends WriterOver {
  private isLost = false;

  override async append(events: readonly PendingEvent[]): Promise<Appended> {
    if (this.isLost) throw new Fenced(this.options.partition, null);
    const foretold = this.foretold(events);
    const { next } = this.fence;
    try {
      return await super.append(events);
    } catch (error) {
      if (!(error instanceof Fenced) || !(await this.claimedLast(next))) throw error;
      this.isLost = true;
      return foretold;
    }
  }
  override async renewIfDue(): Promise<void> {
    if (!this.isLost) await super.renewIfDue();
  }

  /** Whether the last claim that it has read since is its own. */
  private async claimedLast(from: bigint): Promise<boolean> {
    const { log, topics, partition } = this.options;
    const { records } = await log.read(topics.events, partition, from);
    const claims = records.map(({ value }) => parseEvent(value.toString())).filter((wire) => isClaim(wire));
    return claims.at(-1)?.claim === this.claim;
  }
}

/** The events of a batch go out as two appends. */
class SplittingWriter extends WriterOver {
  override async append(events: readonly PendingEvent[]): Promise<Appended> {
    if (events.length < 2) return super.append(events);
    const half = Math.floor(events.length / 2);
    const first = await super.append(events.slice(0, half));
    const second = await super.append(events.slice(half));
    return { events: [...first.events, ...second.events], position: second.position };
  }
}

/** A batch that ends with commands that changed nothing gets no record for them. */
class SilentWriter extends WriterOver {
  override append(events: readonly PendingEvent[]): Promise<Appended> {
    const last = events.at(-1);
    if (last?.type === 'BatchDecided' && events.length > 1) return super.append(events.slice(0, -1));
    return super.append(events);
  }
}

export const APPEND_BUGS: readonly PlantedBug[] = [
  { name: 'replies before the append', plant: () => ({ claimWriter: writerBug(HastyWriter) }) },
  { name: 'skips the base-offset check', plant: () => ({ claimWriter: writerBug(BlindWriter) }) },
  { name: 'takes an unknown append for a good one', plant: () => ({ claimWriter: writerBug(TrustingWriter) }) },
  { name: 'is back when a late copy of its claim lands', plant: () => ({ claimWriter: writerBug(ReclaimedWriter) }) },
  { name: 'splits a decision over two appends', plant: () => ({ claimWriter: writerBug(SplittingWriter) }) },
  { name: 'answers commands that no record stands for', plant: () => ({ claimWriter: writerBug(SilentWriter) }) },
];
