import type { EventDataByType, EventType } from '../../../src/events/event.js';
import type { LogRecord } from '../../../src/log/log.js';
import type { RarePaths } from '../world/rare-paths.js';
import { demand } from './violation.js';

/** An event that counts, as this reader takes it from the bytes. */
export type Fact<T extends EventType = EventType> = T extends EventType
  ? {
      readonly type: T;
      readonly data: EventDataByType[T];
      readonly subject: string;
      readonly org: string;
      readonly time: string;
      readonly timeMs: number;
      readonly offset: number;
      readonly commandOffset: number;
      readonly commandId: string;
    }
  : never;

type Wire = Readonly<Record<string, string>> & { readonly data: { readonly by?: string } };
export type RecordKind = 'claim' | 'void' | 'duplicate' | 'event';

/** The reader rules of DESIGN §2.2, written a second time and stricter: a duplicate has to be the same bytes. */
export class EventsReader {
  /** By offset: what each record of the partition is. */
  readonly kinds: RecordKind[] = [];
  /** By offset: the command that the record answers; -1 for claims. */
  readonly commands: number[] = [];
  private claim: string | null = null;
  private readonly claims = new Set<string>();
  /** The bytes that count, by seq - 1. */
  private readonly counted: Buffer[] = [];

  constructor(
    private readonly partition: number,
    private readonly paths: RarePaths,
  ) {}

  read(record: LogRecord): Fact | null {
    const wire = JSON.parse(record.value.toString()) as Wire;
    const kind = this.kindOf(wire, record);
    this.paths.saw(`${kind} record`);
    this.kinds.push(kind);
    this.commands.push(kind === 'claim' ? -1 : Number(wire['commandoffset']));
    return kind === 'event' ? factOf(wire, record) : null;
  }

  private kindOf(wire: Wire, { value, offset }: LogRecord): RecordKind {
    if (wire['type'] === 'PartitionClaimed') return this.claimed(String(wire['claim']), offset);
    if (wire['claim'] !== this.claim) return 'void';
    const seq = Number(wire['seq']);
    const known = this.counted[seq - 1];
    if (known !== undefined) {
      demand(known.equals(value), 'a duplicate is the same record', () => `seq ${seq} at ${this.partition}:${offset}`);
      return 'duplicate';
    }
    const last = this.counted.length;
    demand(seq === last + 1, 'seq is dense', () => `seq ${seq} follows ${last} at ${this.partition}:${offset}`);
    const id = `${this.partition}-${this.claim}-${seq}`;
    demand(wire['id'] === id, 'the id names partition, claim and seq', () => `${wire['id']} instead of ${id}`);
    this.counted.push(value);
    return 'event';
  }

  private claimed(claim: string, offset: bigint): RecordKind {
    if (claim === this.claim) this.paths.saw('claim renewed');
    else if (!this.claims.has(claim)) this.paths.saw('partition claimed');
    // A renewal that landed late makes an old claim current again. Its owner has given up, so nobody writes under it.
    else this.paths.saw('old claim repeated late');
    demand(claim !== 'undefined', 'a claim has an id', () => `${this.partition}:${offset}`);
    this.claims.add(claim);
    this.claim = claim;
    return 'claim';
  }
}

const factOf = (wire: Wire, { offset }: LogRecord): Fact =>
  ({
    type: wire['type'],
    data: wire.data,
    subject: wire['subject'],
    org: wire['orgid'],
    time: wire['time'],
    timeMs: Date.parse(String(wire['time'])),
    offset: Number(offset),
    commandOffset: Number(wire['commandoffset']),
    commandId: wire['commandid'],
  }) as Fact;
