import { logContract } from './log.contract.js';
import { memoryHarness } from './memory-harness.js';

describe('the in-memory log', () => logContract((partitions) => Promise.resolve(memoryHarness(partitions))));
