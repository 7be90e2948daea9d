import { Readable } from 'node:stream';
import type { OrgId } from '../../../src/domain/kernel/ids.js';
import { IncomingFile } from '../../../src/http/input/file-body.js';
import { WINDOW_ROWS_MAX } from '../../../src/http/persons/import/import-bounds.js';
import { PersonImports } from '../../../src/http/persons/import/person-imports.js';
import type { WindowRecorder } from '../../../src/http/persons/import/window-recorder.js';
import { VaultedIdentities } from '../../../src/http/persons/vaulted-identities.js';
import { ENDLESS_SLICE } from '../../../src/observability/event-loop-slices.js';
import { MemoryVault } from '../../../src/vault/memory-vault.js';
import { ManualClock } from '../../commands/fakes.js';

const ROWS = 20 * WINDOW_ROWS_MAX;
const ROWS_PER_CHUNK = 250;
/** What a stream reads before it is asked; one more is in the reader's hand. */
const CHUNKS_AHEAD = 2;

it('PR-04 of a file of any length a window is in memory and what has just arrived: it is read no faster than recorded', async () => {
  let [read, recorded, mostHeld] = [0, 0, 0];
  const chunks = function* () {
    while (read < ROWS) {
      const rows = Array.from({ length: ROWS_PER_CHUNK }, (_, n) => `{"xHandle":"p${read + n}"}\n`);
      read += ROWS_PER_CHUNK;
      mostHeld = Math.max(mostHeld, read - recorded);
      yield Buffer.from(rows.join(''));
    }
  };
  const record: WindowRecorder['record'] = async (_, candidates) => {
    recorded += candidates.length;
    return candidates.map(() => ({ outcome: 'created', position: null }));
  };
  const imports = new PersonImports(
    { record } as WindowRecorder,
    new VaultedIdentities(new MemoryVault()),
    new ManualClock(),
    ENDLESS_SLICE,
  );
  const stream = Readable.from(chunks(), { highWaterMark: CHUNKS_AHEAD });
  const file = new IncomingFile('ndjson', stream, null);
  const order = { orgId: 'o' as OrgId, correlationId: 'c', gone: new AbortController().signal };
  for await (const { rows } of imports.run({ ...order, file, otherColumns: 'error' })) expect(rows).toBe(recorded);
  expect(recorded).toBe(ROWS);
  expect(mostHeld).toBeLessThanOrEqual(WINDOW_ROWS_MAX + (CHUNKS_AHEAD + 1) * ROWS_PER_CHUNK);
});
