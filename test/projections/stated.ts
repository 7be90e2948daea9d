import { isCreditEvent } from '../../src/domain/credits/chain.js';
import { NO_MARK, statementHash, type LedgerStatement } from '../../src/domain/credits/ledger-statement.js';
import { rootOf, treeOf, type OrgHead } from '../../src/domain/credits/merkle.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import type { StoredEvent } from '../../src/events/event.js';
import type { Story } from '../support/events.js';
import { sha256 } from '../support/given.js';

const isStated = (event: StoredEvent): event is StoredEvent<'LedgerCheckpointed'> =>
  event.type === 'LedgerCheckpointed';

/** States which chains of the story have grown since the statement before, as an owner does; null when none has. */
export const state = (story: Story): LedgerStatement | null => {
  const last = story.events.at(-1);
  const before = story.events.findLast(isStated)?.data;
  const heads = new Map<OrgId, OrgHead>();
  for (const event of story.events) {
    if (!isCreditEvent(event) || event.seq <= (before?.upToSeq ?? 0)) continue;
    heads.set(event.orgId, { org: event.orgId, entry: event.data.entry, hash: event.data.hash });
  }
  if (last === undefined || heads.size === 0) return null;
  const statement: LedgerStatement = {
    partition: story.partition,
    upToSeq: last.seq,
    asOf: last.time,
    heads: heads.size,
    keyId: 'key-1',
    merkleRoot: rootOf(treeOf(sha256, [...heads.values()])),
    previous: before?.hash ?? NO_MARK.hash,
  };
  const signed = { ...statement, hash: statementHash(sha256, statement), signature: 'c2lnbmVk' };
  story.execute(`~partition/${story.partition}/0` as OrgId, 'CheckpointLedger', {
    claim: story.claim,
    statement: signed,
  });
  return statement;
};
