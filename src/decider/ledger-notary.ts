import type { Command } from '../domain/command.js';
import { growTree, rootOf, type MerkleTree } from '../domain/credits/merkle.js';
import { statementHash, statementText, type LedgerStatement } from '../domain/credits/ledger-statement.js';
import type { Clock } from '../domain/kernel/clock.js';
import type { Sha256 } from '../domain/kernel/ids.js';
import { commandIdFrom } from '../log/command-id.js';
import { ownOrgOf } from '../log/partition.js';
import { runInSlices, type Slices } from '../observability/event-loop-slices.js';
import type { Logger } from '../observability/logger.js';
import type { GrownHeads, LedgerHeads } from './ledger-heads.js';
import type { Sender } from './ports.js';

/** Signs UTF-8 text under `keyId`; base64. */
export interface LedgerSigner {
  readonly keyId: string;
  sign(text: string): string;
}

export interface NotaryOptions {
  readonly heads: LedgerHeads;
  readonly signer: LedgerSigner;
  /** API CR-11: a minute. */
  readonly everyMs: number;
}

interface Options extends NotaryOptions {
  readonly sender: Sender;
  /** Partitions that this process decides. */
  readonly owned: () => readonly number[];
  /** How many there are in all. */
  readonly partitions: () => Promise<number>;
  readonly sha256: Sha256;
  readonly slices: Slices;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * States and signs, every minute, how far the credit chains of each partition have come; nothing where none has grown.
 * It reads the snapshot, which may lag behind, and sends a command: what does not continue the last statement any more
 * changes nothing (domain/credits/checkpoint-ledger.ts), so two owners at once do no harm.
 */
export class LedgerNotary {
  private stopped = false;
  private cancel: () => void = () => undefined;
  private working: Promise<void> = Promise.resolve();

  constructor(private readonly options: Options) {}

  start(): void {
    this.cancel = this.options.clock.after(this.options.everyMs, () => {
      this.working = this.stateAll().then(() => {
        if (!this.stopped) this.start();
      });
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.cancel();
    await this.working;
  }

  private async stateAll(): Promise<void> {
    for (const partition of this.options.owned()) {
      if (this.stopped) return;
      try {
        await this.state(partition);
      } catch (error) {
        this.options.logger.warn({ partition, err: error }, 'the ledger was not signed, the next statement covers it');
      }
    }
  }

  private async state(partition: number): Promise<void> {
    const { heads, sender, partitions } = this.options;
    const grown = await heads.grownIn(partition);
    if (grown === null || grown.heads.length === 0) return;
    const data = { claim: grown.claim, statement: this.signed(partition, grown, await this.tree(grown)) };
    const id = commandIdFrom('checkpoint', partition, grown.claim, grown.upToSeq);
    const command: Command<'CheckpointLedger'> = {
      id,
      type: 'CheckpointLedger',
      data,
      orgId: ownOrgOf(partition, await partitions()),
      keyed: false,
      fingerprint: null,
      correlationId: id,
      waitMs: null,
      replyTo: null,
      sentAtMs: this.options.clock.now(),
    };
    await sender.send(command);
  }

  private signed(partition: number, { mark, upToSeq, asOf, heads }: GrownHeads, tree: MerkleTree) {
    const { signer, sha256 } = this.options;
    const statement: LedgerStatement = {
      partition,
      upToSeq,
      asOf,
      heads: heads.length,
      merkleRoot: rootOf(tree),
      previous: mark.hash,
      keyId: signer.keyId,
    };
    return { ...statement, hash: statementHash(sha256, statement), signature: signer.sign(statementText(statement)) };
  }

  /** Many orgs make a large tree: deciding goes on in between. */
  private tree({ heads }: GrownHeads): Promise<MerkleTree> {
    const { sha256, slices } = this.options;
    return runInSlices(slices, growTree(sha256, heads));
  }
}
