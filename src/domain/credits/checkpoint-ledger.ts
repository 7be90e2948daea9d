import type { Command } from '../command.js';
import { invariant } from '../kernel/errors.js';
import type { Proposal } from '../proposal.js';
import { streams } from '../streams.js';
import { answered, type Verdict } from '../verdict.js';
import { NO_MARK, statementHash } from './ledger-statement.js';

/**
 * Records a statement that continues the one before. Owners make it from what they have saved, so it may come too late
 * or twice: then it changes nothing.
 */
export const checkpointLedger = (
  { data }: Command<'CheckpointLedger'>,
  proposal: Proposal,
): Verdict<'CheckpointLedger'> => {
  invariant(data.hash === statementHash(proposal.context.sha256, data), 'a statement has another hash than it says');
  const mark = proposal.state.get(streams.checkpoint(data.partition)) ?? NO_MARK;
  if (data.previous === mark.hash && data.upToSeq > mark.upToSeq) {
    proposal.record('LedgerCheckpointed', `partition/${data.partition}`, data);
  }
  return answered<'CheckpointLedger'>({}, null);
};
