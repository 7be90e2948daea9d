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

type Claimed = EventDataByType['PartitionClaimed'];
type Wire = Readonly<Record<string, string>> & { readonly data: unknown };
export type RecordKind = 'claim' | 'void' | 'duplicate' | 'event';

/** The reader rules of DESIGN §2.2, written a second time and stricter: a duplicate has to be the same bytes. */
export class EventsReader {
  /** By offset: what each record of the partition is. */
  readonly kinds: RecordKind[] = [];
  /** By offset: the command that the record answers; -1 for claims. */
  readonly commands: number[] = [];
  private claim: string | null = null;
  /** By offset: the claim and the last seq before it, as a claim record has to state them. */
  private readonly stands: { readonly claim: string | null; readonly seq: number }[] = [];
  private readonly claims = new Set<string>();
  /** The bytes that count, by seq - 1. */
  private readonly counted: Buffer[] = [];

  constructor(
    private readonly partition: number,
    private readonly paths: RarePaths,
  ) {}

  read(record: LogRecord): Fact | null {
    const wire = JSON.parse(record.value.toString()) as Wire;
    this.stands.push({ claim: this.claim, seq: this.counted.length });
    const kind = this.kindOf(wire, record);
    this.paths.saw(`${kind} record`);
    this.kinds.push(kind);
    this.commands.push(isClaim(wire) ? -1 : Number(wire['commandoffset']));
    return kind === 'event' ? factOf(wire, record) : null;
  }

  private kindOf(wire: Wire, { value, offset }: LogRecord): RecordKind {
    if (isClaim(wire)) return this.claimed(String(wire['claim']), wire.data as Claimed, offset);
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

  private claimed(claim: string, { after, seq, end }: Claimed, offset: bigint): RecordKind {
    const place = (): string => `${claim} at ${this.partition}:${offset}`;
    const stand = this.stands[Number(end)];
    const isTrue = stand?.claim === after && stand.seq === seq;
    demand(isTrue, 'a claim says where its writer stood, wherever it lands', place);
    if (after !== this.claim) {
      this.paths.saw(this.claims.has(claim) ? 'old claim repeated late' : 'claim behind another one');
      return 'void';
    }
    this.paths.saw(claim === this.claim ? 'claim renewed' : 'partition claimed');
    demand(claim === this.claim || !this.claims.has(claim), 'no claim becomes current twice', place);
    this.claims.add(claim);
    this.claim = claim;
    return 'claim';
  }
}

const isClaim = (wire: Wire): boolean => wire['type'] === 'PartitionClaimed';

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
