import { randomInt } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/**
 * Below the ports that systems hand out to outgoing connections (Linux from 32768, others from 49152): a client that
 * reconnects to a stopped server there can be given that very port, connects to itself and blocks the restart.
 */
const FIRST_PORT = 20_000;
const LAST_PORT = 32_000;
const ATTEMPTS_MAX = 100;

/** True if this process could listen on the loopback port now. */
export const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host: '127.0.0.1', exclusive: true }, () => probe.close(() => resolve(true)));
  });

/** @throws Error if nothing is free in 100 random draws. */
export const freePort = async (): Promise<number> => {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`no free port found between ${FIRST_PORT} and ${LAST_PORT}`);
};

/**
 * The port for a server on this folder: the wanted one, else the last one (so that addresses stay), else a free one.
 * @throws Error if the wanted one is taken. Whoever holds it is left alone.
 */
export const choosePort = async (folder: string, wanted: number | undefined): Promise<number> => {
  if (wanted !== undefined && !(await isFree(wanted)))
    throw new Error(`port ${wanted} on 127.0.0.1 is taken by another program: end that one, or choose another port.`);
  const last = wanted ?? lastPort(folder);
  const port = last !== undefined && (await isFree(last)) ? last : await freePort();
  writeFileSync(portFile(folder), `${port}\n`);
  return port;
};

const portFile = (folder: string): string => join(folder, 'port');

const lastPort = (folder: string): number | undefined => {
  try {
    return Number.parseInt(readFileSync(portFile(folder), 'utf8'), 10) || undefined;
  } catch {
    return undefined; // The first start.
  }
};
