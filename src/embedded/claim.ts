import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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
 * Claims are numbered: only one process can make the number after a dead owner's, and it gives up when another living
 * one turns out to have a number by then. So of all that try at the same time at most one succeeds.
 * @throws FolderInUse
 */
export const claimFolder = async (folder: string): Promise<Claim> => {
  mkdirSync(folder, { recursive: true });
  const owner = identify(process.pid);
  if (!owner) throw new Error('cannot read the start time of this process');
  const number = (deadClaims(folder).at(-1) ?? 0) + 1;
  create(folder, number, { owner });
  try {
    await endServers(folder, deadClaims(folder, number));
  } catch (error) {
    rmSync(fileOf(folder, number), { force: true });
    throw error;
  }
  return {
    runs: (server, stopSignal) => replace(folder, number, { owner, server: { ...server, stopSignal } }),
    release: () => rmSync(fileOf(folder, number), { force: true }),
  };
};

/**
 * Ends the server that a dead owner left running on this folder, and nobody else's.
 * @throws FolderInUse if the owner lives.
 */
export const endStale = async (folder: string): Promise<void> => {
  if (existsSync(folder)) await endServers(folder, deadClaims(folder));
};

const NAME = /^claim\.(\d+)\.json$/;

const fileOf = (folder: string, number: number): string => join(folder, `claim.${number}.json`);

/** All but `own`, ascending. @throws FolderInUse if an owner lives */
const deadClaims = (folder: string, own?: number): readonly number[] => {
  const numbers = claimsIn(folder).filter((number) => number !== own);
  for (const number of numbers) {
    const record = read(folder, number);
    if (record && isAlive(record.owner)) throw new FolderInUse(folder, record.owner.pid);
  }
  return numbers;
};

const claimsIn = (folder: string): readonly number[] =>
  readdirSync(folder)
    .flatMap((name) => NAME.exec(name)?.[1] ?? [])
    .map(Number)
    .toSorted((left, right) => left - right);

/** A record goes only after its server has gone: a kill in between leaves it to the next. */
const endServers = async (folder: string, dead: readonly number[]): Promise<void> => {
  for (const number of dead) {
    const server = read(folder, number)?.server;
    if (server) await end(server, server.stopSignal);
    rmSync(fileOf(folder, number), { force: true });
  }
};

const read = (folder: string, number: number): ClaimRecord | undefined => {
  try {
    return JSON.parse(readFileSync(fileOf(folder, number), 'utf8')) as ClaimRecord;
  } catch {
    return undefined; // Released, or cut off by a power loss: then its server is gone as well.
  }
};

/** The file appears with all of its content, and only if there is none. */
const create = (folder: string, number: number, record: ClaimRecord): void => {
  const next = writeNext(folder, record);
  try {
    linkSync(next, fileOf(folder, number));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new FolderInUse(folder, read(folder, number)?.owner.pid);
  } finally {
    rmSync(next, { force: true });
  }
};

// Renamed into place, so that a kill in between leaves the old record or the new one.
const replace = (folder: string, number: number, record: ClaimRecord): void =>
  renameSync(writeNext(folder, record), fileOf(folder, number));

const writeNext = (folder: string, record: ClaimRecord): string => {
  const next = join(folder, `claim.${randomUUID()}.next`);
  writeFileSync(next, JSON.stringify(record));
  return next;
};
