import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { keyIdOf } from '../../../sdk/ledger/index.js';
import { NO_MARK, statementText, type LedgerStatement } from '../../../src/domain/credits/ledger-statement.js';
import { inOrder, pathOf, rootOf, treeOf, type OrgHead } from '../../../src/domain/credits/merkle.js';
import type { OrgId } from '../../../src/domain/kernel/ids.js';
import type { Instant } from '../../../src/domain/kernel/instant.js';
import type { Inclusion } from '../../../src/http/credits/ledger.presenter.js';
import { sha256 } from '../../support/given.js';

/** A key of an installation. */
export class TestNotary {
  readonly publicKey: string;
  readonly keyId: string;
  private readonly privateKey: KeyObject;

  constructor() {
    const { publicKey, privateKey } = generateKeyPairSync('ed25519');
    this.publicKey = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    this.keyId = keyIdOf(this.publicKey);
    this.privateKey = privateKey;
  }

  sign(statement: LedgerStatement): string {
    return sign(null, Buffer.from(statementText(statement)), this.privateKey).toString('base64');
  }

  /** A statement over the head and those of `others` more orgs. */
  include(head: OrgHead, others: number): Inclusion {
    const heads = inOrder(headsWith(head, others));
    const tree = treeOf(sha256, heads);
    const index = heads.findIndex(({ org }) => org === head.org);
    const statement: LedgerStatement = {
      partition: 3,
      upToSeq: 77,
      asOf: '2026-11-21T01:02:03.004Z' as Instant,
      heads: heads.length,
      merkleRoot: rootOf(tree),
      previous: NO_MARK.hash,
      keyId: this.keyId,
    };
    const covering = { statement, signature: this.sign(statement), fromSeq: 0, head };
    return { covering, index, path: pathOf(tree, index), publicKey: this.publicKey };
  }
}

export const headsWith = (head: OrgHead, others: number): readonly OrgHead[] => [
  head,
  ...Array.from({ length: others }, (_, n) => foreignHead(n)),
];

const foreignHead = (n: number): OrgHead => ({
  org: `${n % 2 === 0 ? 'a' : 'z'}_${n}` as OrgId,
  entry: n + 1,
  hash: sha256(`foreign ${n}`),
});
