import type { GrantShare } from '../../events/credit.events.js';
import { count, integer, listOf, nullable, object, oneOf, string, type JsonSchema } from '../../events/schema-parts.js';
import type { LedgerPublicKey } from '../../vault/ledger-key.js';
import { named } from '../openapi/named.js';
import type { OperationDoc } from '../openapi/operation-doc.js';
import { described, hexHash, nextCursor, signedCredits, text, time, unit } from '../openapi/parts.js';
import type { presentEntry } from './ledger.presenter.js';

const ENTRY = named(
  'LedgerEntry',
  object<ReturnType<typeof presentEntry>>({
    amount: described(signedCredits, 'Signed; 0 for reserve and release.'),
    entry: count,
    grants: listOf(object<GrantShare>({ grantId: string, delta: integer })),
    org: string,
    prevHash: hexHash,
    reservationId: nullable(text),
    reservedDelta: signedCredits,
    time,
    type: oneOf('reserve', 'capture', 'release', 'grant', 'expire', 'refund', 'adjust'),
    unit,
    v: { const: 1 },
    hash: described(hexHash, 'SHA-256 of the RFC 8785 form of all the others.'),
  }),
);

/** CR-10. */
export const LIST_ENTRIES: OperationDoc = {
  id: 'listLedgerEntries',
  summary: 'The whole credit ledger, oldest first, each entry with what its hash is made of',
  answers: {
    200: {
      description: 'A page.',
      schema: object<{ entries: unknown; nextCursor: string | null }>({ entries: listOf(ENTRY), nextCursor }),
      example: {
        entries: [
          {
            amount: 1000,
            entry: 1,
            grants: [{ delta: 1000, grantId: '5d0e9a55-0d4f-8f0f-8a10-0b0c6a0e6a53' }],
            org: 'acme',
            prevHash: '0'.repeat(64),
            reservationId: null,
            reservedDelta: 0,
            time: '2026-11-21T01:02:03.004Z',
            type: 'grant',
            unit: 'credit',
            v: 1,
            hash: 'b4651963677d4413'.repeat(4),
          },
        ],
        nextCursor: null,
      },
    },
  },
};

/** CR-11. */
export const LIST_LEDGER_KEYS: OperationDoc = {
  id: 'listLedgerKeys',
  summary: 'The keys that sign statements about the ledger',
  answers: {
    200: {
      description: 'All there ever were.',
      schema: object<{ keys: unknown }>({
        keys: listOf(
          object<LedgerPublicKey & { algorithm: 'Ed25519' }>({
            keyId: string,
            publicKey: described(string, 'Base64 of the SPKI DER.'),
            createdAt: time,
            algorithm: { const: 'Ed25519' },
          }),
        ),
      }),
    },
  },
};

const LINES: JsonSchema = { type: 'string', description: 'One JSON object per line: docs/ledger-proof.md.' };
const FILE = { schema: LINES, mediaType: 'application/x-ndjson', headers: ['Content-Disposition'] } as const;

/** CR-11. */
export const EXPORT_LEDGER: OperationDoc = {
  id: 'exportLedger',
  summary: 'The ledger as one stream with the newest signed statement, to be checked offline',
  answers: { 200: { description: 'An export that breaks off lacks its last line.', ...FILE } },
};

/** CR-11. */
export const PROVE_ENTRY: OperationDoc = {
  id: 'proveLedgerEntry',
  summary: 'Proof that a signed statement holds the entry',
  answers: { 200: { description: 'From the entry to the first signed head that comes of it.', ...FILE } },
  errors: { NOT_FOUND: ['unknown_entry'], CONFLICT: ['not_signed_yet'] },
  errorHeaders: { CONFLICT: ['Retry-After'] },
};
