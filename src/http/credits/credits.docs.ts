import { count, listOf, nullable, object, oneOf, string } from '../../events/schema-parts.js';
import type { NextExpiry } from '../../projections/credits/next-expiry.js';
import { CREDIT_HEADERS } from '../openapi/headers.js';
import { named } from '../openapi/named.js';
import type { OperationDoc } from '../openapi/operation-doc.js';
import { credits, described, nextCursor, signedCredits, text, time, unit } from '../openapi/parts.js';
import type { presentTransaction } from './transaction.presenter.js';

interface Balance {
  readonly balance: number;
  readonly organizationId: string;
  readonly reserved: number;
  readonly available: number;
  readonly unit: string;
  readonly nextExpiry: NextExpiry | null;
}

const BALANCE = named(
  'Balance',
  object<Balance>({
    balance: described(
      signedCredits,
      'The sum of all transactions: reserved credits are still in it. A grant leaves it at its end, a few seconds before the transaction of its expiry; with `at` it counts until then.',
    ),
    organizationId: string,
    reserved: credits,
    available: described(signedCredits, '`balance` less `reserved`.'),
    unit,
    nextExpiry: nullable(object<NextExpiry>({ amount: credits, at: time })),
  }),
);

/** CR-09. */
export const SHOW_BALANCE: OperationDoc = {
  id: 'showBalance',
  summary: 'Credits, now or as of an instant',
  description: 'The headers say what is available now, also when the body is of another time (X-09).',
  answers: {
    200: {
      description: 'The balance.',
      schema: BALANCE,
      headers: CREDIT_HEADERS,
      example: {
        balance: 999,
        organizationId: 'acme',
        reserved: 3,
        available: 996,
        unit: 'credit',
        nextExpiry: { amount: 100, at: '2027-01-01T00:00:00.000Z' },
      },
    },
  },
};

const TRANSACTION = named(
  'Transaction',
  object<ReturnType<typeof presentTransaction>>({
    id: described(text, 'Of a capture: what the enrichment names as its `creditTransactionId`.'),
    type: oneOf('credit_added', 'credit_consumed'),
    amount: described(credits, 'Never negative: `type` is the sign.'),
    operationType: text,
    source: nullable(text),
    referenceId: nullable(text),
    description: nullable(text),
    metadata: { type: 'object' },
    createdAt: time,
    entry: described(count, 'In the ledger.'),
    balanceAfter: signedCredits,
  }),
);

/** CR-09. */
export const LIST_TRANSACTIONS: OperationDoc = {
  id: 'listTransactions',
  summary: 'What moved the balance, newest first',
  description: 'Dates include both ends. `count` is that of the page; who goes far uses the cursor.',
  answers: {
    200: {
      description: 'A page.',
      schema: object<{ transactions: unknown; count: number; nextCursor: string | null }>({
        transactions: listOf(TRANSACTION),
        count,
        nextCursor,
      }),
      example: {
        transactions: [
          {
            id: '7a7a2f6a-1111-8d0e-9a55-0d4f6f0f6a10',
            type: 'credit_consumed',
            amount: 1,
            operationType: 'enrichment_email',
            source: null,
            referenceId: null,
            description: null,
            metadata: { enrichmentId: '0b0c6a0e-6a53-8d0e-9a55-0d4f6f0f6a10', provider: 'sandbox-fast' },
            createdAt: '2026-11-21T01:02:03.404Z',
            entry: 3,
            balanceAfter: 999,
          },
        ],
        count: 1,
        nextCursor: null,
      },
    },
  },
  errors: { VALIDATION_ERROR: ['conflicting_cursor'] },
};
