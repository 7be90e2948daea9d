import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Called, Tenant } from '../support/service.js';

const POLL_MS = 20;
const WAIT_MAX_MS = 20_000;

/** A person whose lookups end as the magic word says (SB-02). */
export const personWith = (service: Tenant, word: string): Promise<string> =>
  service.createPerson({ linkedinUrl: `https://www.linkedin.com/in/tb-${word}-${randomUUID()}` });

export const enrichmentPath = (personId: string, field = 'emails'): string =>
  `/api/v1/operations/enrichment/${personId}?field=${field}`;

export const balanceOf = async (service: Tenant): Promise<Called['body']> =>
  (await service.call('GET', '/api/v1/operations/credits/balance')).body;

/** Polls as a client does, until the enrichment is not pending any more. */
export const untilEnded = async (service: Tenant, path: string): Promise<Called> => {
  for (let waitedMs = 0; waitedMs < WAIT_MAX_MS; waitedMs += POLL_MS) {
    const called = await service.call('GET', path);
    if (called.body.status !== 'pending') return called;
    await pause(POLL_MS);
  }
  throw new Error(`still pending after ${WAIT_MAX_MS} ms: ${path}`);
};

/** Requests an enrichment and waits for its end. */
export const enriched = async (service: Tenant, personId: string, field = 'emails'): Promise<Called> => {
  const { status, body } = await service.call('POST', enrichmentPath(personId, field));
  if (status !== 200) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
  return untilEnded(service, enrichmentPath(personId, field));
};
