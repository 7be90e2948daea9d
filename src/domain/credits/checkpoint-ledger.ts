import type { Command } from '../command.js';
import { invariant } from '../kernel/errors.js';
import type { Proposal } from '../proposal.js';
import { streams } from '../streams.js';
import { answered, type Verdict } from '../verdict.js';
import { NO_MARK, statementHash } from './ledger-statement.js';

/**
 * Records a statement that continues the one before. Owners make it from what they have saved, so it may come too late
 * or twice: then it changes nothing. Nor does it under another claim: when the log lost its end, commands are decided
 * again, and their events may get other seqs than those that the statement was made of.
 */
export const checkpointLedger = (
  { data: { claim, statement } }: Command<'CheckpointLedger'>,
  proposal: Proposal,
): Verdict<'CheckpointLedger'> => {
  const { context, state } = proposal;
  invariant(statement.hash === statementHash(context.sha256, statement), 'a statement has another hash than it says');
  const mark = state.get(streams.checkpoint(statement.partition)) ?? NO_MARK;
  const continues = statement.previous === mark.hash && statement.upToSeq > mark.upToSeq;
  if (continues && claim === context.claim) {
    proposal.record('LedgerCheckpointed', `partition/${statement.partition}`, statement);
  }
  return answered<'CheckpointLedger'>({}, null);
};
