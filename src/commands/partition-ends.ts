import type { OrgId } from '../domain/kernel/ids.js';
import type { Log } from '../log/log.js';
import type { Position } from './ports.js';

/** Where the log of an org ends now: a read that has seen less must not claim that something does not exist. */
export interface PartitionEnds {
  /** How many partitions the log has: 0 to this, not included. */
  readonly partitions: number;
  /** The last record of the org's partition; null when the partition is empty. */
  endOf(orgId: OrgId): Promise<Position | null>;
}
export const PARTITION_ENDS = Symbol('PARTITION_ENDS');

export class LogPartitionEnds implements PartitionEnds {
  constructor(
    private readonly log: Pick<Log, 'range'>,
    private readonly eventsTopic: string,
    private readonly layout: { readonly partitions: number; readonly partitionOf: (orgId: OrgId) => number },
  ) {}

  get partitions(): number {
    return this.layout.partitions;
  }

  async endOf(orgId: OrgId): Promise<Position | null> {
    const partition = this.layout.partitionOf(orgId);
    const { end } = await this.log.range(this.eventsTopic, partition);
    return end === 0n ? null : { partition, offset: end - 1n };
  }
}
