export interface GroupMember {
  readonly id: string;
  /** Partitions that it says it holds. */
  readonly held: readonly number[];
}

/**
 * Spreads partitions 0..count-1 evenly (counts differ by one at most) and leaves them where they are as far as that
 * allows: a claim and a warm memory are lost with every move. A partition that two members claim stays with the first
 * by id. Same input, same answer, whoever computes it.
 */
export const assignSticky = (
  count: number,
  members: readonly GroupMember[],
): ReadonlyMap<string, readonly number[]> => {
  const sorted = members.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const assigned = new Map<string, number[]>(sorted.map(({ id }) => [id, []]));
  if (sorted.length === 0) return assigned;
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  const share = Math.floor(count / sorted.length);
  keep(sorted, assigned, free, { limit: share, members: sorted.length });
  keep(sorted, assigned, free, { limit: share + 1, members: count % sorted.length });
  for (const partition of free) leastLoaded(assigned).push(partition);
  return assigned;
};

interface Room {
  /** Partitions per member. */
  readonly limit: number;
  /** How many members may reach the limit. */
  readonly members: number;
}

const keep = (
  members: readonly GroupMember[],
  assigned: ReadonlyMap<string, number[]>,
  free: Set<number>,
  room: Room,
): void => {
  let full = 0;
  for (const { id, held } of members) {
    const own = assigned.get(id) ?? [];
    for (const partition of held) {
      if (full >= room.members || own.length >= room.limit) break;
      if (free.delete(partition)) own.push(partition);
    }
    if (own.length >= room.limit) full += 1;
  }
};

const leastLoaded = (assigned: ReadonlyMap<string, number[]>): number[] =>
  [...assigned.values()].reduce((least, own) => (own.length < least.length ? own : least));
