import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { claimFolder, FolderInUse, type Claim } from './claim.js';
import { until } from './poll.js';
import { run } from './run.js';
import { unavailable } from './unavailable.js';

/** The broker's release; its jars and their checksums are pinned in dev/kafka. */
export const KAFKA_VERSION = '4.3.1';

const FETCH_MS = 10 * 60_000;
const DOWNLOADED = /Downloaded from .*\/([^/\s]+\.jar)\b/;

/** One step of a start; `done` of `total` where it can be counted. */
export type Progress = (progress: { step: string; done?: number; total?: number }) => void;

/** The folder that all data folders of this checkout share: jars, and the class archive that they allow. */
export const kafkaCache = (rootDir: string): string => join(rootDir, '.tributary', `kafka-${KAFKA_VERSION}`);

/**
 * The broker's jars, sorted; fetched with Maven the first time (44 MB). Of two processes that start at once one fetches
 * and the other waits. An interrupted download is resumed: Maven keeps what it has in its own repository.
 * @throws EmbeddedUnavailable if they are missing and there is no Maven.
 * @throws Error if the download fails or a jar is not the pinned one.
 */
export const kafkaJars = async (rootDir: string, onProgress: Progress): Promise<readonly string[]> => {
  const cache = kafkaCache(rootDir);
  const libs = join(cache, 'libs'); // Exists only complete: it is renamed into place.
  if (!existsSync(libs)) await fetchOnce(rootDir, cache, libs, onProgress);
  return [...pinnedJars(rootDir).keys()].sort().map((jar) => join(libs, jar));
};

const fetchOnce = async (rootDir: string, cache: string, libs: string, onProgress: Progress): Promise<void> => {
  const claim = await claimOrWait(cache, libs);
  if (!claim) return;
  try {
    if (existsSync(libs)) return; // Somebody else finished just before the claim.
    for (const name of readdirSync(cache))
      // Half a download, and class archives of other jars.
      if (/^(libs|classes)[.-]/.test(name)) rmSync(join(cache, name), { recursive: true });
    const part = `${libs}.${process.pid}`;
    await download(rootDir, part, onProgress);
    verify(pinnedJars(rootDir), part);
    renameSync(part, libs);
  } finally {
    claim.release();
  }
};

/** The claim to fetch, or undefined once somebody else has fetched. */
const claimOrWait = async (cache: string, libs: string): Promise<Claim | undefined> => {
  let claim: Claim | undefined;
  const isSettled = async (): Promise<boolean> => {
    claim = await claimFolder(cache).catch(unlessInUse);
    return claim !== undefined || existsSync(libs);
  };
  if (await until(isSettled, FETCH_MS)) return claim;
  throw new Error(`another process has been fetching Kafka into ${cache} for ten minutes`);
};

const unlessInUse = (error: unknown): undefined => {
  if (!(error instanceof FolderInUse)) throw error;
};

const download = async (rootDir: string, to: string, onProgress: Progress): Promise<void> => {
  const hasMaven = await run('mvn', ['-version']).then(
    () => true,
    () => false,
  );
  if (!hasMaven) throw await unavailable('Kafka has to be fetched once with Maven, and Maven was not found');
  const pinned = pinnedJars(rootDir);
  const seen = new Set<string>();
  const report = (): void => onProgress({ step: 'fetching Kafka', done: seen.size, total: pinned.size });
  const onLine = (line: string): void => {
    const jar = DOWNLOADED.exec(line)?.[1];
    if (jar === undefined || !pinned.has(jar)) return; // Maven fetches its own plugins too.
    seen.add(jar);
    report();
  };
  report();
  const pom = join(rootDir, 'dev', 'kafka', 'pom.xml');
  const goal = ['dependency:copy-dependencies', '-DincludeScope=runtime', `-DoutputDirectory=${to}`];
  await run('mvn', ['-B', '-f', pom, ...goal], { timeoutMs: FETCH_MS, onLine });
};

const verify = (pinned: ReadonlyMap<string, string>, folder: string): void => {
  for (const [jar, sha256] of pinned) {
    const actual = createHash('sha256')
      .update(readFileSync(join(folder, jar)))
      .digest('hex');
    if (actual !== sha256) throw new Error(`${jar} is not the file that dev/kafka/jars.sha256 names: ${actual}`);
  }
};

const pinnedJars = (rootDir: string): ReadonlyMap<string, string> => {
  const lines = readFileSync(join(rootDir, 'dev', 'kafka', 'jars.sha256'), 'utf8')
    .trim()
    .split('\n');
  return new Map(lines.map((line) => line.split(/\s+/)).map(([sha256 = '', jar = '']) => [jar, sha256]));
};
