import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestService } from '../support/service.js';

const IMPORT = '/api/v1/persons/import';
const POLL_MS = 20;

interface Part {
  readonly key: string;
  readonly file: string;
  readonly bytes: number;
}

/** Sends so many bytes of a file and goes away as soon as the first of its people are there. */
export const sendPartOf = async (service: TestService, { key, file, bytes }: Part): Promise<void> => {
  const { hostname, port } = new URL(service.url);
  const head = [
    `POST ${IMPORT} HTTP/1.1`,
    'Host: a',
    `Authorization: Bearer ${key}`,
    'Content-Type: text/csv',
    `Content-Length: ${Buffer.byteLength(file)}`,
  ];
  const socket = connect(Number(port), hostname).on('error', () => undefined);
  socket.write(`${head.join('\r\n')}\r\n\r\n${file.slice(0, bytes)}`);
  while ((await service.call('GET', '/api/v1/persons', { key })).body.persons.length === 0) await pause(POLL_MS);
  socket.destroy();
};

/** How many people the org has once it gets no more. */
export const settledCount = async (service: TestService, key: string): Promise<number> => {
  for (let before = -1, now = await countOf(service, key); ; before = now, now = await countOf(service, key)) {
    if (now === before) return now;
    await pause(10 * POLL_MS);
  }
};

const countOf = async (service: TestService, key: string): Promise<number> => {
  let total = 0;
  for (let cursor = ''; ;) {
    const { body } = await service.call('GET', `/api/v1/persons?limit=200${cursor}`, { key });
    total += body.persons.length;
    if (body.nextCursor === null) return total;
    cursor = `&cursor=${body.nextCursor}`;
  }
};
