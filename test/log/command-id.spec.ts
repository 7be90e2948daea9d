import { commandIdFrom } from '../../src/log/command-id.js';

/** By Python's `uuid.uuid5`. Logs hold such ids: they may never come out differently. */
it.each([
  [['0b0c6a0e-6a53-5d0e-9a55-0d4f6f0f6a10', 1], '31b339e2-5d0e-5002-a136-04103dec0256'],
  [['cache', 'é', 2], '806604dc-1c56-5806-bd0c-1b1891fcff6e'],
  [[''], '6aad1e39-db36-5b00-b890-01de25f7ce82'],
])('makes the UUIDv5 of %j', (parts, id) => expect(commandIdFrom(...parts)).toBe(id));
