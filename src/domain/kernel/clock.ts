/** Time and timers of the shell, handed in so that tests and the simulation own them. The core only sees `nowMs`. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Runs once after `ms`; the returned function cancels. Does not keep the process alive. */
  after(ms: number, run: () => void): () => void;
}
