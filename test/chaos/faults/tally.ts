/** What was done to the run, and when. */
export class Tally {
  kills = 0;
  freezes = 0;
  brokerKills = 0;
  /** ms of the driver's monotonic clock: reads may go back over one, see oracle/answers.ts. */
  readonly postgresKillsMs: number[] = [];
}
