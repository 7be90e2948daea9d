import type { StoredEvent } from '../../events/event.js';
import { column, table } from '../table.js';

type Checkpointed = StoredEvent<'LedgerCheckpointed'>;

/** Every signed statement about the ledger (API CR-11). */
export const LEDGER_CHECKPOINTS = table<Checkpointed>({
  name: 'ledger_checkpoints',
  key: ['partition', 'up_to_seq'],
  newerBy: 'never',
  columns: [
    column('partition', 'smallint', ({ data }) => data.partition),
    column('up_to_seq', 'bigint', ({ data }) => data.upToSeq),
    column('as_of', 'timestamptz', ({ data }) => data.asOf),
    column('heads', 'int', ({ data }) => data.heads),
    column('merkle_root', 'text', ({ data }) => data.merkleRoot),
    column('previous', 'text', ({ data }) => data.previous),
    column('key_id', 'text', ({ data }) => data.keyId),
    column('hash', 'text', ({ data }) => data.hash),
    column('signature', 'text', ({ data }) => data.signature),
    column('time', 'timestamptz', ({ time }) => time),
    column('seq', 'bigint', ({ seq }) => seq),
  ],
});

export const foldLedgerCheckpoints = (events: readonly StoredEvent[]): readonly Checkpointed[] =>
  events.filter((event): event is Checkpointed => event.type === 'LedgerCheckpointed');
