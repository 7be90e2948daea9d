import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { end, identify, isAlive, type ProcessRef } from './process-ref.js';

/** The right of one living process to run a server on a folder. */
export interface Claim {
  /** Notes the server, so that whoever comes after a `kill -9` of its owner can end it. */
  runs(server: ProcessRef, stopSignal: NodeJS.Signals): void;
  release(): void;
}

/** Another living process uses the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
  constructor(folder: string, ownerPid: number | undefined) {
    super(`${folder} is in use by running process ${ownerPid ?? '?'}: stop it, or choose another data folder.`);
  }
}

interface ClaimRecord {
  readonly owner: ProcessRef;
  readonly server?: ProcessRef & { readonly stopSignal: NodeJS.Signals };
}

/**
 * Claims a folder (made if missing) for this process. What a dead owner left running on it is ended first.
 * Two claims in the same microsecond may both succeed: Kafka and Postgres lock their data themselves.
 * @throws FolderInUse
 */
export const claimFolder = async (folder: string): Promise<Claim> => {
  mkdirSync(folder, { recursive: true });
  const owner = identify(process.pid);
  if (!owner) throw new Error('cannot read the start time of this process');
  await endStale(folder);
  create(folder, { owner });
  return {
    runs: (server, stopSignal) => replace(folder, { owner, server: { ...server, stopSignal } }),
    release: () => rmSync(fileOf(folder), { force: true }),
  };
};

/**
 * Ends the server that a dead owner left running on this folder, and nobody else's.
 * @throws FolderInUse if the owner lives.
 */
export const endStale = async (folder: string): Promise<void> => {
  const record = read(folder);
  if (record && isAlive(record.owner)) throw new FolderInUse(folder, record.owner.pid);
  if (record?.server) await end(record.server, record.server.stopSignal);
  rmSync(fileOf(folder), { force: true });
};

const fileOf = (folder: string): string => join(folder, 'claim.json');

const read = (folder: string): ClaimRecord | undefined => {
  try {
    return JSON.parse(readFileSync(fileOf(folder), 'utf8')) as ClaimRecord;
  } catch {
    return undefined; // Missing, or cut off by a power loss: then its server is gone as well.
  }
};

const create = (folder: string, record: ClaimRecord): void => {
  try {
    writeFileSync(fileOf(folder), JSON.stringify(record), { flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new FolderInUse(folder, read(folder)?.owner.pid);
  }
};

// Renamed into place, so that a kill in between leaves the old record or the new one.
const replace = (folder: string, record: ClaimRecord): void => {
  const next = `${fileOf(folder)}.next`;
  writeFileSync(next, JSON.stringify(record));
  renameSync(next, fileOf(folder));
};
