import { createHash } from 'node:crypto';
import type { Answer } from './load/history.js';
import type { RawEvent, RawRecord } from './oracle/raw-log.js';

/** One honest enrichment, from the grant to the charge, and everything that its client was told. */
const ORG = 'org_1';
export const PERSON = 'person-1';
const NONE = '0'.repeat(64);

export interface Draft {
  readonly type: string;
  readonly commandoffset: number;
  readonly data: Readonly<Record<string, unknown>>;
  readonly correlationid?: string;
  /** Follows from the offset unless it is a lie. */
  readonly commandid?: string;
}

interface Move {
  readonly kind: string;
  readonly amount: number;
  readonly signs: readonly [balance: number, reserved: number];
  readonly available: number;
}

const LEDGER: Readonly<Record<string, Move>> = {
  CreditsGranted: { kind: 'grant', amount: 10, signs: [1, 0], available: 10 },
  CreditsReserved: { kind: 'reserve', amount: 3, signs: [0, 1], available: 7 },
  CreditsCaptured: { kind: 'capture', amount: 1, signs: [-1, -1], available: 7 },
  CreditsReleased: { kind: 'release', amount: 2, signs: [0, -1], available: 9 },
};

export const LIFE = {
  enrichmentId: 'e1',
  personId: PERSON,
  field: 'emails',
  optionsHash: 'default',
  reservationId: 'r1',
};
export const HONEST: readonly Draft[] = [
  { type: 'CreditsGranted', commandoffset: 0, data: { grants: [{ delta: 10, grantId: 'g1' }] } },
  { type: 'PersonRecorded', commandoffset: 1, data: { personId: PERSON } },
  { type: 'EnrichmentRequested', commandoffset: 2, data: LIFE, correlationid: 'q2' },
  {
    type: 'CreditsReserved',
    commandoffset: 2,
    data: { reservationId: 'r1', enrichments: [{ enrichmentId: 'e1', amount: 3 }], grants: [] },
  },
  { type: 'CommandRefused', commandoffset: 3, data: { code: 'INSUFFICIENT_CREDITS' }, correlationid: 'q3' },
  { type: 'CreditsCaptured', commandoffset: 4, data: { ...LIFE, transactionId: 't1', grants: [] } },
  { type: 'CreditsReleased', commandoffset: 4, data: { ...LIFE, reason: 'found_cheaper', grants: [] } },
  { type: 'EnrichmentFinished', commandoffset: 4, data: { ...LIFE, outcome: 'found' } },
];

const TIME = '2026-11-21T01:02:03.004Z';

/** Stamps drafts as an owner does: dense seq, dense entries, a chain. */
export const logOf = (drafts: readonly Draft[]): RawRecord[] => {
  const claimed = { id: '0-c', type: 'PartitionClaimed', time: TIME, claim: 'c', data: { after: null } };
  const events: RawEvent[] = [claimed];
  const head = { entry: 0, hash: NONE };
  for (const { type, commandoffset, data, correlationid = 'other', commandid = `command-${commandoffset}` } of drafts) {
    const seq = String(events.length);
    const wire = { id: `0-c-${seq}`, type, time: TIME, claim: 'c', seq, orgid: ORG, correlationid };
    events.push({
      ...wire,
      commandid,
      commandoffset: String(commandoffset),
      data: { ...data, ...linkOf(type, data, head) },
    });
  }
  return events.map((event, offset) => ({ partition: 0, offset, event }));
};

const linkOf = (type: string, data: Draft['data'], head: { entry: number; hash: string }) => {
  const move = LEDGER[type];
  if (move === undefined) return {};
  const { kind, amount, signs, available } = move;
  const link = { entry: head.entry + 1, prevHash: head.hash };
  const text = JSON.stringify({
    amount: signs[0] * amount || 0,
    entry: link.entry,
    grants: data['grants'],
    org: ORG,
    prevHash: link.prevHash,
    reservationId: data['reservationId'] ?? null,
    reservedDelta: signs[1] * amount || 0,
    time: TIME,
    type: kind,
    unit: 'credit',
    v: 1,
  });
  head.entry = link.entry;
  head.hash = createHash('sha256').update(text).digest('hex');
  return { ...link, hash: head.hash, amount, available };
};

const UNTOLD: Answer = {
  question: 'find',
  client: '1',
  process: 'service-1',
  orgId: ORG,
  about: `${PERSON}/emails`,
  requestId: 'q0',
  askedMs: 0,
  answeredMs: 0,
  after: null,
  status: 200,
  code: null,
  reason: null,
  position: null,
  reserved: null,
  available: null,
  enrichment: null,
  personId: null,
  balance: null,
};

export const PENDING = {
  id: 'e1',
  personId: PERSON,
  field: 'emails',
  status: 'pending',
  dataFound: null,
  transactionId: null,
  reservationId: 'r1',
  captured: null,
  released: null,
};
export const FINISHED = {
  ...PENDING,
  status: 'finished',
  dataFound: true,
  transactionId: 't1',
  captured: 1,
  released: 2,
};

export const at = (ms: number): Pick<Answer, 'askedMs' | 'answeredMs'> => ({ askedMs: ms, answeredMs: ms + 5 });
export const RECORDED: Answer = {
  ...UNTOLD,
  ...at(10),
  question: 'record person',
  about: 'jane',
  status: 201,
  personId: PERSON,
};
export const ACCEPTED: Answer = {
  ...UNTOLD,
  ...at(20),
  question: 'request',
  requestId: 'q2',
  enrichment: PENDING,
  position: '0:4',
  reserved: 3,
  available: 7,
};
export const REFUSED: Answer = {
  ...UNTOLD,
  ...at(30),
  question: 'request',
  requestId: 'q3',
  about: 'person-1/phones',
  status: 402,
  code: 'INSUFFICIENT_CREDITS',
};
export const REUSED: Answer = { ...ACCEPTED, ...at(40), requestId: 'q4', reserved: 0 };
export const FOUND: Answer = { ...UNTOLD, ...at(50), requestId: 'q5', enrichment: FINISHED };
export const BALANCE: Answer = {
  ...UNTOLD,
  ...at(60),
  question: 'balance',
  about: '',
  balance: { balance: 9, reserved: 0, available: 9 },
};
export const TOLD: readonly Answer[] = [RECORDED, ACCEPTED, REFUSED, REUSED, FOUND, BALANCE];
