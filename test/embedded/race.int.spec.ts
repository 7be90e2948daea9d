import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newStackFolder } from '../support/stack.folder.js';
import { race } from './starter.js';

jest.setTimeout(120_000);

let dataDir: string;
beforeEach(() => {
  dataDir = newStackFolder();
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const ROUNDS = 4;
const CLAIM_ROUNDS = 150;
const LOST = 'FolderInUse';

describe('two processes on one data folder', () => {
  it('leave exactly one stack running, every time', async () => {
    const racers = await race(dataDir, 'startEmbedded');
    try {
      for (let round = 1; round <= ROUNDS; round++) {
        const outcomes = await racers.round(join(dataDir, 'data'));
        expect([...outcomes].sort()).toEqual([LOST, 'won']);
      }
    } finally {
      await racers.end();
    }
  });

  it('claim it once, also when its last owner is dead', async () => {
    const racers = await race(dataDir, 'claimFolder');
    try {
      for (let round = 1; round <= CLAIM_ROUNDS; round++) {
        const folder = join(dataDir, 'data');
        const outcomes = await racers.round(folder);
        expect([...outcomes].sort()).toEqual([LOST, 'won']);
        writeFileSync(join(folder, 'claim.1.json'), JSON.stringify({ owner: { pid: 1, started: 'long ago' } }));
      }
    } finally {
      await racers.end();
    }
  });
});
