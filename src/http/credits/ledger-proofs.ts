import { hash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { growTree, inOrder, pathOf, rootOf } from '../../domain/credits/merkle.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { runInSlices, type Slices } from '../../observability/event-loop-slices.js';
import type { CoveringStatement } from '../../projections/credits/ledger-proof.query.js';
import { LEDGER_KEYS, LEDGER_PROOF_READER, SLICES } from '../ports.js';
import type { LedgerKeyReader, LedgerProofReader } from '../ports.js';
import type { Inclusion } from './ledger.presenter.js';

/** CR-11: what signed statements say of an org's chain. */
@Injectable()
export class LedgerProofs {
  constructor(
    @Inject(LEDGER_PROOF_READER) private readonly proofs: LedgerProofReader,
    @Inject(LEDGER_KEYS) private readonly keys: LedgerKeyReader,
    @Inject(SLICES) private readonly slices: Slices,
  ) {}

  /** Of the newest head that is signed; null: none is yet. */
  async newest(orgId: OrgId): Promise<Inclusion | null> {
    const entry = await this.proofs.lastCovered(orgId);
    return entry === 0 ? null : this.of(orgId, entry);
  }

  /** Of the first signed head at or after the entry; null: there is none (yet). */
  async of(orgId: OrgId, entry: number): Promise<Inclusion | null> {
    const covering = await this.proofs.covering(orgId, entry);
    return covering === null ? null : this.included(covering);
  }

  /** @throws Error when the read model does not come to what was signed: no proof is better than a wrong one */
  private async included(covering: CoveringStatement): Promise<Inclusion> {
    const { statement, head } = covering;
    const heads = inOrder(await this.proofs.heads(covering));
    // Many orgs make a large tree.
    const tree = await runInSlices(
      this.slices,
      growTree((text) => hash('sha256', text), heads),
    );
    const index = heads.findIndex(({ org }) => org === head.org);
    if (heads.length !== statement.heads || rootOf(tree) !== statement.merkleRoot || index < 0) {
      throw new Error(
        `partition ${statement.partition}: the read model is not what was signed up to ${statement.upToSeq}`,
      );
    }
    return { covering, index, path: pathOf(tree, index), publicKey: await this.publicKey(statement.keyId) };
  }

  private async publicKey(keyId: string): Promise<string> {
    const key = (await this.keys.all()).find((known) => known.keyId === keyId);
    if (key === undefined) throw new Error(`the public key ${keyId} is missing`);
    return key.publicKey;
  }
}
