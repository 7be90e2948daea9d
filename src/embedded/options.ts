import type { Progress } from './kafka-jars.js';

/** Where and how the embedded servers run. */
export interface EmbeddedOptions {
  /** Holds all their data; made if missing. One living process per folder. */
  readonly dataDir: string;
  /** The checkout: `dev/kafka`, `node_modules`, and the shared cache `.tributary`. Default: the working directory. */
  readonly rootDir?: string;
  /** Default: the port of the last start on this folder if it is free, else any free one. Same for Postgres. */
  readonly kafkaPort?: number;
  readonly postgresPort?: number;
  readonly onProgress?: Progress;
  /** MiB, default 384. */
  readonly kafkaHeapMb?: number;
  /** `small` (default) starts soonest and takes least memory; `server` has the optimizing compiler and G1. */
  readonly kafkaJvm?: 'small' | 'server';
  /** Broker settings on top of ours. */
  readonly extraKafka?: Record<string, string>;
}
