import type { LedgerStatement } from '../../src/domain/credits/ledger-statement.js';
import { inOrder, rootOf, treeOf } from '../../src/domain/credits/merkle.js';
import type { OrgId } from '../../src/domain/kernel/ids.js';
import { LedgerProofQuery } from '../../src/projections/credits/ledger-proof.query.js';
import { Story } from '../support/events.js';
import { sha256 } from '../support/given.js';
import { state } from './stated.js';
import { ORG_A, ORG_B } from './stories.js';
import { openReadSide, type ReadSide } from './support.js';

const ORG_C = 'org_c' as OrgId;

describe('proof of entries', () => {
  let side: ReadSide;
  let query: LedgerProofQuery;
  const story = new Story(2);
  const statements: (LedgerStatement | null)[] = [];
  beforeAll(async () => {
    side = await openReadSide();
    query = new LedgerProofQuery(side.database);
    const elsewhere = new Story(5);
    for (const org of [ORG_A, ORG_B, ORG_A]) story.grant(org, 10); // A1 B1 A2
    statements.push(state(story));
    for (const org of [ORG_C, ORG_A]) story.grant(org, 10); // C1 A3
    statements.push(state(story));
    story.grant(ORG_A, 10); // A4, not stated
    elsewhere.grant('org_elsewhere' as OrgId, 1);
    await side.projector.handle(story.batch());
    await side.projector.handle(elsewhere.batch());
  });
  afterAll(() => side.close());

  const covered = async (org: OrgId, entry: number) => {
    const covering = await query.covering(org, entry);
    return (
      covering && [
        statements.findIndex((stated) => stated?.upToSeq === covering.statement.upToSeq),
        covering.head.entry,
      ]
    );
  };

  it('CR-11 an entry is covered by the first statement after it, which speaks of the head of then', async () => {
    expect(await covered(ORG_A, 1)).toEqual([0, 2]);
    expect(await covered(ORG_A, 2)).toEqual([0, 2]);
    expect(await covered(ORG_A, 3)).toEqual([1, 3]);
    expect(await covered(ORG_B, 1)).toEqual([0, 1]);
    expect(await covered(ORG_C, 1)).toEqual([1, 1]);
  });

  it('CR-11 an entry that no statement covers, or that does not exist, or is of another partition, is not', async () => {
    expect(await covered(ORG_A, 4)).toBeNull();
    expect(await covered(ORG_A, 5)).toBeNull();
    expect(await covered('org_elsewhere' as OrgId, 1)).toBeNull();
  });

  it('CR-11 the newest covered entry of an org; 0 when there is none', async () => {
    const orgs = [ORG_A, ORG_B, ORG_C, 'org_elsewhere' as OrgId, 'org_none' as OrgId];
    expect(await Promise.all(orgs.map((org) => query.lastCovered(org)))).toEqual([3, 1, 1, 0, 0]);
  });

  it('CR-11 the statement and its leaves come back as they were made', async () => {
    for (const [org, entry, which] of [
      [ORG_B, 1, 0],
      [ORG_A, 3, 1],
    ] as const) {
      const covering = await query.covering(org, entry);
      if (covering === null) throw new Error('not covered');
      const heads = await query.heads(covering);
      expect(covering.statement).toEqual(statements[which]);
      expect(rootOf(treeOf(sha256, heads))).toBe(covering.statement.merkleRoot);
      expect(inOrder(heads).map((head) => head.org)).toEqual(
        [
          [ORG_A, ORG_B],
          [ORG_A, ORG_C],
        ][which],
      );
    }
  });
});
