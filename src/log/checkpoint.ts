/**
 * Where a reader of `tributary.events` stands in one partition: the last record it has passed and the fence at
 * that record. The record is read again on assignment and must still be the same (DESIGN §2.2, "the log may go
 * backwards"). Stored by projections, providers and webhooks with their data, by the decider with its snapshot.
 */
export interface Checkpoint {
  readonly partition: number;
  /** Offset of the last record passed; void and protocol records count. */
  readonly offset: bigint;
  /** The claim that was current after it. */
  readonly claim: string;
  /** The last `seq` applied under the reader rules. */
  readonly seq: number;
  /** Time of the last applied event, epoch ms. */
  readonly timeMs: number;
  /** The command that the last applied event answers; -1 when none. */
  readonly commandOffset: bigint;
  readonly commandId: string;
}

/** What makes two checkpoints the same place in the same log. */
export const isSameRecord = (left: Checkpoint, right: Checkpoint): boolean =>
  left.offset === right.offset && left.claim === right.claim && left.seq === right.seq;

/** From where to where a reader moves in one partition; `previous` null: it begins. */
export interface Move {
  readonly previous: Checkpoint | null;
  readonly next: Checkpoint;
}

/** Loads and compares-and-sets positions; one per kind of reader, stored with its data. */
export interface CheckpointSource {
  load(partition: number): Promise<Checkpoint | null>;
}
