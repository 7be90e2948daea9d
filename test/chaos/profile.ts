import type { Range } from './random.js';

/** How long and how hard a run is. Times in ms unless the name says otherwise. */
export interface Profile {
  readonly processes: number;
  readonly clients: number;
  readonly hurried: number;
  readonly orgs: number;
  readonly maxAgeSeconds: number;
  readonly commandWaitMs: number;
  /** A client waits for an answer as long as this. */
  readonly answerMs: number;
  /** Phase A: processes are killed and frozen. */
  readonly processFaults: {
    readonly forMs: number;
    readonly everyMs: Range;
    /** Longer than the group's session of 6 s, or nobody would take over. */
    readonly freezeMs: Range;
    readonly killShare: number;
  };
  /** Phase B: Postgres and the broker are killed under load, one after the other. */
  readonly serverFaults: {
    readonly rounds: number;
    readonly downMs: Range;
    /** Of load between two crashes. */
    readonly calmMs: number;
  };
  /** Load around the truncated log of phase C. */
  readonly aftermathMs: number;
  /** Everything is up again within this time after the last fault. */
  readonly recoveryMs: number;
  /** Everything accepted has ended within this time after the load: maximum age and a margin. */
  readonly settleMs: number;
}

const RECOVERY_MS = 60_000;

/** Inside `npm test`: each fault once or twice, about 30 s of it. */
export const SHORT: Profile = {
  processes: 2,
  clients: 24,
  hurried: 8,
  orgs: 8,
  maxAgeSeconds: 8,
  commandWaitMs: 2_500,
  answerMs: 3_000,
  processFaults: {
    forMs: 11_000,
    everyMs: { min: 1_500, max: 2_500 },
    freezeMs: { min: 8_000, max: 9_000 },
    killShare: 0.5,
  },
  serverFaults: { rounds: 1, downMs: { min: 300, max: 1_000 }, calmMs: 1_500 },
  aftermathMs: 1_500,
  recoveryMs: RECOVERY_MS,
  settleMs: 25_000,
};

const PHASE_A_SHARE = 0.6;
const PHASE_A_MIN_MS = 60_000;
const ROUND_MS = 25_000;

/** `npm run chaos`: a minute of process faults at least, then server faults for what is left. */
export const longProfile = (seconds: number): Profile => {
  const forMs = Math.max(PHASE_A_MIN_MS, seconds * 1_000 * PHASE_A_SHARE);
  return {
    processes: 3,
    clients: 48,
    hurried: 24,
    orgs: 24,
    maxAgeSeconds: 40,
    commandWaitMs: 4_000,
    answerMs: 6_000,
    processFaults: {
      forMs,
      everyMs: { min: 3_000, max: 7_000 },
      freezeMs: { min: 9_000, max: 14_000 },
      killShare: 0.4,
    },
    serverFaults: {
      rounds: Math.max(2, Math.round((seconds * 1_000 - forMs) / ROUND_MS)),
      downMs: { min: 300, max: 8_000 },
      calmMs: 5_000,
    },
    aftermathMs: 10_000,
    recoveryMs: RECOVERY_MS,
    settleMs: 75_000,
  };
};
