import { CheckpointTable } from '../db/checkpoint-table.js';

/** Where `providers` stands in each partition of the events topic. */
export const PROVIDER_CHECKPOINTS = new CheckpointTable('provider_checkpoints');
