/** Lookups of the same thing that run at the same time share one call: whoever comes first makes it. */
export class SingleFlight<Result> {
  private readonly flights = new Map<string, Promise<Result>>();

  /** `led`: this caller made the call. */
  async run(key: string, call: () => Promise<Result>): Promise<{ readonly result: Result; readonly led: boolean }> {
    const running = this.flights.get(key);
    if (running !== undefined) return { result: await running, led: false };
    const flight = call().finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return { result: await flight, led: true };
  }
}
