import { statedClaimOf, isClaim, parseEvent, seqOf, storedEventOf, type WireEvent } from '../../../src/events/codec.js';
import type { StoredEvent } from '../../../src/events/event.js';
import type { Log, RecordSink } from '../../../src/log/log.js';
import type { Writer } from '../../../src/decider/ports.js';
import type { FenceState } from '../../../src/log/fence.js';
import type { ClaimOptions } from '../../../src/log/partition-writer.js';
import type { PlantedBug } from './planted-bug.js';
import { writerBug, WriterOver } from './writer-over.js';

type Apply = (events: readonly StoredEvent[]) => void | Promise<void>;

type Fence = Pick<FenceState, 'claim' | 'seq'>;

/** Reads the log itself, with a reader rule missing. */
abstract class LooseReader extends WriterOver {
  override async restore(apply: Apply): Promise<void> {
    await super.restore(() => undefined);
    await apply(await this.readLoosely());
  }

  private async readLoosely(): Promise<readonly StoredEvent[]> {
    const { log, topics, partition, checkpoint } = this.options;
    const events: StoredEvent[] = [];
    let fence: Fence = { claim: checkpoint?.claim ?? null, seq: checkpoint?.seq ?? 0 };
    for (let next = (checkpoint?.offset ?? -1n) + 1n; next < this.fence.next;) {
      const slice = await log.read(topics.events, partition, next);
      for (const { value, offset } of slice.records) {
        const wire = parseEvent(value.toString());
        if (isClaim(wire)) fence = this.follows(wire, fence) ? { ...fence, claim: wire.claim } : fence;
        else if (this.counts(wire, fence)) {
          fence = { ...fence, seq: Math.max(fence.seq, seqOf(wire)) };
          events.push(storedEventOf(wire, seqOf(wire), { partition, offset }));
        }
      }
      next = slice.next;
    }
    return events;
  }

  protected follows(claim: WireEvent, fence: Fence): boolean {
    return statedClaimOf(claim).after === fence.claim;
  }

  protected counts({ claim, ...wire }: WireEvent, fence: Fence): boolean {
    return claim === fence.claim && Number(wire.seq) === fence.seq + 1;
  }
}

class NoAfterRule extends LooseReader {
  protected override follows(): boolean {
    return true;
  }
}

class NoSeqRule extends LooseReader {
  protected override counts(wire: WireEvent, { claim }: Fence): boolean {
    return wire.claim === claim;
  }
}

class NoClaimRule extends LooseReader {
  protected override counts(wire: WireEvent, { seq }: Fence): boolean {
    return seqOf(wire) === seq + 1;
  }
}

class TwiceReader extends WriterOver {
  override restore(apply: Apply): Promise<void> {
    return super.restore((events) => apply([...events, ...events]));
  }
}

class TailSkipper extends WriterOver {
  override restore(): Promise<void> {
    return super.restore(() => undefined);
  }
}

/** What the group committed when it delivered, whether or not anything was decided. */
const resumeByGroup = () => {
  const committed = new Map<number, bigint>();
  class GroupResumer extends WriterOver {
    override async resumeAt(): Promise<bigint> {
      return committed.get(this.options.partition) ?? (await super.resumeAt());
    }
  }
  return {
    log: (log: Log) =>
      withSink(log, (sink) => (partition, records) => {
        const last = records.at(-1);
        if (last !== undefined) committed.set(partition, last.offset + 1n);
        return sink(partition, records);
      }),
    claimWriter: writerBug(GroupResumer as new (writer: Writer, options: ClaimOptions) => Writer),
  };
};

/** The log, with something between its subscriptions and whoever subscribes. */
export const withSink = (log: Log, wrap: (sink: RecordSink) => RecordSink): Log => ({
  append: (...args) => log.append(...args),
  read: (...args) => log.read(...args),
  range: (...args) => log.range(...args),
  partitions: (topic) => log.partitions(topic),
  subscribe: (topic, sink, onFailed) => log.subscribe(topic, wrap(sink), onFailed),
  join: (options) => log.join(options),
  close: () => log.close(),
});

export const RESTORE_BUGS: readonly PlantedBug[] = [
  { name: 'forgets the seq rule', plant: () => ({ claimWriter: writerBug(NoSeqRule) }) },
  { name: 'ignores a newer claim when it reads', plant: () => ({ claimWriter: writerBug(NoClaimRule) }) },
  { name: 'takes every claim that it reads for a new one', plant: () => ({ claimWriter: writerBug(NoAfterRule) }) },
  { name: 'applies replayed events twice', plant: () => ({ claimWriter: writerBug(TwiceReader) }) },
  { name: 'does not replay what the snapshot lacks', plant: () => ({ claimWriter: writerBug(TailSkipper) }) },
  { name: 'resumes at the group offset', plant: resumeByGroup },
];
