import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import { isCreditEvent } from '../../src/domain/credits/chain.js';
import { NO_MARK, statementHash, statementText, type LedgerMark } from '../../src/domain/credits/ledger-statement.js';
import { rootOf, treeOf, type OrgHead } from '../../src/domain/credits/merkle.js';
import type { Sha256 } from '../../src/domain/kernel/ids.js';
import type { StoredEvent } from '../../src/events/event.js';
import type { LedgerPublicKey } from '../../src/vault/ledger-key.js';
import { GrownHeads } from './grown-heads.js';
import type { Finding } from './ledger-auditor.js';

type Checkpointed = StoredEvent<'LedgerCheckpointed'>;

interface PartitionState {
  mark: LedgerMark;
  readonly grown: GrownHeads;
}

/** Recomputes the Merkle root of every signed statement from the entries in the log, and verifies its signature. */
export class StatementAuditor {
  readonly findings: Finding[] = [];
  private readonly partitions = new Map<number, PartitionState>();
  private readonly keys: ReadonlyMap<string, KeyObject>;

  constructor(
    private readonly sha256: Sha256,
    keys: readonly LedgerPublicKey[],
  ) {
    this.keys = new Map(keys.flatMap(({ keyId, publicKey }) => keysOf(publicKey).map((key) => [keyId, key])));
  }

  /** Events of one partition in order, already passed by the reader rules. */
  read(event: StoredEvent): void {
    if (isCreditEvent(event)) {
      const { entry, hash } = event.data;
      this.stateOf(event.partition).grown.grow(event.seq, { org: event.orgId, entry, hash });
    } else if (event.type === 'LedgerCheckpointed') this.readStatement(event);
  }

  private readStatement(event: Checkpointed): void {
    const { data, partition, seq } = event;
    const state = this.stateOf(partition);
    const { mark } = state;
    this.check(event, data.partition === partition, 'is about another partition');
    this.check(event, data.previous === mark.hash && data.upToSeq > mark.upToSeq, 'does not continue the one before');
    this.check(event, data.upToSeq < seq, 'covers what comes after it');
    this.check(event, data.hash === statementHash(this.sha256, data), 'has another hash than it says');
    this.check(event, this.isSigned(event), `is not signed by the key ${data.keyId}`);
    this.check(event, this.isRoot(data, state.grown.take(data.upToSeq)), 'is not about the entries before it');
    state.mark = { upToSeq: data.upToSeq, hash: data.hash };
  }

  private isSigned({ data }: Checkpointed): boolean {
    const key = this.keys.get(data.keyId);
    const signature = Buffer.from(data.signature, 'base64');
    return key !== undefined && verify(null, Buffer.from(statementText(data)), key, signature);
  }

  private isRoot({ heads: count, merkleRoot }: Checkpointed['data'], heads: readonly OrgHead[] | null): boolean {
    if (heads === null || heads.length !== count || heads.length === 0) return false;
    return rootOf(treeOf(this.sha256, heads)) === merkleRoot;
  }

  private stateOf(partition: number): PartitionState {
    const known = this.partitions.get(partition);
    if (known !== undefined) return known;
    const fresh = { mark: NO_MARK, grown: new GrownHeads() };
    this.partitions.set(partition, fresh);
    return fresh;
  }

  private check({ orgId, partition, offset, data }: Checkpointed, holds: boolean, problem: string): void {
    if (holds) return;
    this.findings.push({ orgId, partition, offset, problem: `the statement up to seq ${data.upToSeq} ${problem}` });
  }
}

/** None when it is no key: then nothing is signed by it. */
const keysOf = (publicKey: string): readonly KeyObject[] => {
  try {
    return [createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' })];
  } catch {
    return [];
  }
};
