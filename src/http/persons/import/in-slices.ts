/** Rows that are worked on in one turn of the event loop: some milliseconds. */
const SLICE_ROWS = 64;

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One after the other, with room for everything else in between. */
export const inSlices = async <Item, Result>(
  items: readonly Item[],
  run: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> => {
  const results: Result[] = [];
  for (const item of items) {
    if (results.length % SLICE_ROWS === SLICE_ROWS - 1) await nextTurn();
    results.push(await run(item));
  }
  return results;
};

/** In pieces of at most `length`. */
export const piecesOf = <Item>(items: readonly Item[], length: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / length) }, (_, index) =>
    items.slice(index * length, (index + 1) * length),
  );
