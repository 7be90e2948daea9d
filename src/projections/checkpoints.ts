import { CheckpointTable } from '../db/checkpoint-table.js';

/** Where the read models stand, per partition. */
export const PROJECTION_CHECKPOINTS = new CheckpointTable('projection_checkpoints');
