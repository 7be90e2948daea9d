/** Runs at most `limit` at a time; results in the order of `items`. Rejects with the first failure. */
export const inParallel = async <Item, Result>(
  items: readonly Item[],
  limit: number,
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results = new Map<number, Result>();
  // One iterator for all: every worker takes what nobody has taken yet.
  const waiting = items.entries();
  const work = async (): Promise<void> => {
    for (const [index, item] of waiting) results.set(index, await run(item));
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, work));
  return items.map((_, index) => results.get(index) as Result);
};
