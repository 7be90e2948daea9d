import type { Finding } from './finding.js';
import type { RawEvent, RawRecord } from './raw-log.js';

/** A record that counts. */
export type LogEvent = RawEvent & {
  readonly partition: number;
  readonly offset: number;
  readonly orgid: string;
  readonly commandid: string;
  readonly commandoffset: string;
};

export interface Reading {
  readonly events: readonly LogEvent[];
  /** `<partition>:<offset>` of every record of an owner, late copies included: what an answer may name. */
  readonly positions: ReadonlySet<string>;
  readonly findings: readonly Finding[];
  readonly claims: number;
  readonly voids: number;
  readonly duplicates: number;
}

/** The reader rules of DESIGN §2.2 once more, as a customer would write them down (API EV-03). */
export const readByTheRules = (records: readonly RawRecord[]): Reading => {
  const fences = new Map<number, { claim: string | null; seq: number }>();
  const events: LogEvent[] = [];
  const positions = new Set<string>();
  const findings: Finding[] = [];
  const counts = { claims: 0, voids: 0, duplicates: 0 };
  for (const { partition, offset, event } of records) {
    const fence = fences.get(partition) ?? { claim: null, seq: 0 };
    fences.set(partition, fence);
    const seq = Number(event.seq);
    if (event.type === 'PartitionClaimed') {
      if (event.data['after'] !== fence.claim) {
        counts.voids += 1;
        continue;
      }
      counts.claims += 1;
      fence.claim = event.claim;
    } else if (event.claim !== fence.claim) counts.voids += 1;
    else {
      positions.add(`${partition}:${offset}`);
      if (seq <= fence.seq) {
        counts.duplicates += 1;
        continue;
      }
      if (seq !== fence.seq + 1) {
        findings.push({
          kind: 'rules',
          what: `partition ${partition} offset ${offset}: seq ${seq} follows ${fence.seq}`,
        });
      }
      fence.seq = seq;
      events.push({ ...event, partition, offset } as LogEvent);
    }
  }
  return { events, positions, findings, ...counts };
};
