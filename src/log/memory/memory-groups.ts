/** A process in a consumer group, as the group coordinator sees it. */
export interface GroupMember {
  readonly name: string;
  /** Number of partitions of the topic that the group divides. */
  readonly partitions: number;
  readonly held: () => readonly number[];
  /** Tells the member its whole new assignment; how long that takes is the member's business. */
  readonly assign: (partitions: readonly number[]) => void;
}

/** Consumer groups of the in-memory broker: membership and a sticky, balanced assignment. */
export class MemoryGroups {
  readonly #members = new Map<string, GroupMember[]>();
  readonly #pins = new Map<string, Map<number, string>>();

  has(group: string, member: GroupMember): boolean {
    return this.membersOf(group).includes(member);
  }

  membersOf(group: string): readonly GroupMember[] {
    return this.#members.get(group) ?? [];
  }

  add(group: string, member: GroupMember): void {
    this.#members.set(group, [...this.membersOf(group), member]);
    this.rebalance(group);
  }

  remove(group: string, member: GroupMember): void {
    if (!this.has(group, member)) return;
    this.#members.set(
      group,
      this.membersOf(group).filter((other) => other !== member),
    );
    this.rebalance(group);
  }

  /** A new generation; sticky members keep what they hold. */
  rebalance(group: string): void {
    const members = this.membersOf(group);
    const assignment = assign(members, this.#pins.get(group) ?? new Map<number, string>());
    for (const member of members) member.assign(assignment.get(member) ?? []);
  }

  /** From now on the partition belongs to the named member while it lives: a rebalance that does not keep it. */
  pin(group: string, partition: number, name: string): void {
    const pins = this.#pins.get(group) ?? new Map<number, string>();
    this.#pins.set(group, pins.set(partition, name));
    this.rebalance(group);
  }
}

type Assignment = ReadonlyMap<GroupMember, readonly number[]>;

/** Pins first, then what members hold up to their fair share, then the rest to whoever has least. */
const assign = (members: readonly GroupMember[], pins: ReadonlyMap<number, string>): Assignment => {
  const count = members[0]?.partitions ?? 0;
  const share = Math.ceil(count / Math.max(1, members.length));
  const free = new Set(Array.from({ length: count }, (_, partition) => partition));
  const taken = new Map(members.map((member) => [member, [] as number[]]));
  const give = (member: GroupMember, partition: number): void => {
    if (free.delete(partition)) taken.get(member)?.push(partition);
  };
  for (const [partition, name] of pins) {
    const member = members.find((candidate) => candidate.name === name);
    if (member !== undefined) give(member, partition);
  }
  for (const member of members) {
    for (const partition of member.held()) if (sizeOf(taken, member) < share) give(member, partition);
  }
  for (const partition of free) give(smallest(taken), partition);
  return taken;
};

const sizeOf = (taken: Assignment, member: GroupMember): number => taken.get(member)?.length ?? 0;

const smallest = (taken: Assignment): GroupMember =>
  [...taken.keys()].reduce((least, member) => (sizeOf(taken, member) < sizeOf(taken, least) ? member : least));
