import type { LedgerCheckpointed } from '../../events/credit.events.js';
import type { Sha256 } from '../kernel/ids.js';
import { GENESIS_HASH } from './account.js';

/**
 * Stream `checkpoint/<partition>`: the last signed statement about the credit chains of a partition. Statements are a
 * chain of their own: each names the hash of the one before.
 */
export interface LedgerMark {
  readonly upToSeq: number;
  readonly hash: string;
}

/** Before the first statement. */
export const NO_MARK: LedgerMark = { upToSeq: 0, hash: GENESIS_HASH };

/** What is signed, as the event carries it. */
export type LedgerStatement = Omit<LedgerCheckpointed, 'hash' | 'signature'>;

const STATEMENT_VERSION = 1;

/** The RFC 8785 form, which is what is hashed and signed: keys stand here in its order. */
export const statementText = (statement: LedgerStatement): string =>
  JSON.stringify({
    asOf: statement.asOf,
    heads: statement.heads,
    keyId: statement.keyId,
    merkleRoot: statement.merkleRoot,
    partition: statement.partition,
    previous: statement.previous,
    upToSeq: statement.upToSeq,
    v: STATEMENT_VERSION,
  });

export const statementHash = (sha256: Sha256, statement: LedgerStatement): string => sha256(statementText(statement));
