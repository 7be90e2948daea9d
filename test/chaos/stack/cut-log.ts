import { readdirSync, rmSync, statSync, truncateSync } from 'node:fs';
import { join } from 'node:path';

/** Of the active segment: the cut goes through the middle of a batch, which the broker then drops as a whole. */
const KEPT_SHARE = 0.6;
/** Without them the broker scans its segments at the start, as after a power loss, and takes what it finds for all. */
const MARKS = ['.kafka_cleanshutdown', 'recovery-point-offset-checkpoint', 'replication-offset-checkpoint'];
const DERIVED = /\.(index|timeindex|txnindex|snapshot)$/;

export interface Cut {
  readonly partition: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/**
 * Makes the partition of a topic that holds most go back: cuts bytes off the end of its active segment. The broker on
 * `<dataDir>/kafka` must be stopped.
 */
export const cutLog = (dataDir: string, topic: string): Cut => {
  const data = join(dataDir, 'kafka', 'data');
  const folders = readdirSync(data).filter((name) => name.startsWith(`${topic}-`));
  const segments = folders.map((name) => activeSegment(join(data, name), Number(name.slice(topic.length + 1))));
  const [largest] = segments.toSorted((a, b) => b.bytes - a.bytes);
  if (largest === undefined) throw new Error(`${data} holds no partition of ${topic}`);
  const bytesAfter = Math.floor(largest.bytes * KEPT_SHARE);
  truncateSync(largest.file, bytesAfter);
  for (const name of readdirSync(largest.folder)) if (DERIVED.test(name)) rmSync(join(largest.folder, name));
  for (const mark of MARKS) rmSync(join(data, mark), { force: true });
  return { partition: largest.partition, bytesBefore: largest.bytes, bytesAfter };
};

/** Segments are named after their first offset, in digits of equal length. */
const activeSegment = (folder: string, partition: number) => {
  const name = readdirSync(folder)
    .filter((file) => file.endsWith('.log'))
    .toSorted()
    .at(-1);
  if (name === undefined) throw new Error(`${folder} has no segment`);
  const file = join(folder, name);
  return { folder, file, partition, bytes: statSync(file).size };
};
