import type { JoinOptions, Membership } from '../log.js';
import type { MemoryBroker } from './memory-broker.js';
import type { GroupMember } from './memory-groups.js';
import type { MemoryFaults, MemoryProcess } from './memory-process.js';

export interface MemoryMembershipOptions {
  readonly broker: MemoryBroker;
  readonly process: MemoryProcess;
  readonly name: string;
  readonly faults: MemoryFaults;
  readonly join: JoinOptions;
}

/** A client's place in a group. Assignments reach it in order, each as a step of its own. */
export class MemoryMembership implements Membership {
  readonly #member: GroupMember;
  #delivered: Promise<void> = Promise.resolve();
  #left = false;

  constructor(private readonly options: MemoryMembershipOptions) {
    const { broker, name, join } = options;
    this.#member = {
      name,
      partitions: broker.partitionsOf(join.topic).length,
      held: join.held,
      assign: (partitions) => this.#deliver(partitions),
    };
    broker.groups.add(join.group, this.#member);
  }

  #deliver(partitions: readonly number[]): void {
    const { process, join } = this.options;
    this.#delivered = this.#delivered.then(async () => {
      await process.step('assign', join.topic);
      if (!this.#left) join.onAssigned(partitions);
    });
  }

  /** A member that was put out comes back first, and then knows its new assignment, as with a real client. */
  async heartbeat(): Promise<void> {
    const { process, faults, join } = this.options;
    await process.step('heartbeat', join.topic);
    if (this.#left || faults.heartbeatFails?.() === true) throw new Error(`heartbeat of group ${join.group} failed`);
    this.comeBack();
    await this.#delivered;
  }

  /** Joins again when the coordinator had put this member out; what a client's own heartbeats do. */
  comeBack(): void {
    const { broker, join } = this.options;
    if (!this.#left && !broker.groups.has(join.group, this.#member)) broker.groups.add(join.group, this.#member);
  }

  /** The coordinator has not heard from the process for a session time-out. */
  evict(): void {
    this.options.broker.groups.remove(this.options.join.group, this.#member);
  }

  async leave(): Promise<void> {
    this.#left = true;
    this.evict();
    await this.#delivered;
  }
}
