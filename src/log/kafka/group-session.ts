import kafkajs from 'kafkajs';
import type { JoinedGroup } from 'kafkajs/src/broker/index.js';
import type { BrokerConnection } from './broker-connection.js';
import type { Cluster } from './cluster.js';
import { assignSticky, type GroupMember } from './sticky-assignment.js';

const { MemberAssignment, MemberMetadata } = kafkajs.AssignerProtocol;

/** A member that is silent for so long is out: the time until its partitions move after a `kill -9`. */
const SESSION_MS = 6_000;
/** How long a rebalance waits for members that do not answer. */
const REBALANCE_MS = 8_000;
/** Must exceed the rebalance, or a join times out while the broker still waits for others. */
const JOIN_MS = REBALANCE_MS + 5_000;
export const REQUEST_MS = 5_000;
/** All members of a group must offer the same name. */
const ASSIGNER = 'tributary-sticky';
/** kafkajs encodes the fields of version 0 only, and the broker parses them. */
const PROTOCOL_VERSION = 0;
const GROUP_COORDINATOR = 0;

export interface SessionOptions {
  readonly cluster: Cluster;
  readonly group: string;
  readonly topic: string;
  readonly held: () => readonly number[];
}

interface Generation {
  readonly coordinator: BrokerConnection;
  readonly generationId: number;
}

/** The requests of Kafka's group protocol (join, sync, heartbeat, leave), without any policy. */
export class GroupSession {
  /** Empty until the coordinator has given one; kept over generations. */
  private memberId = '';
  private generation: Generation | null = null;

  constructor(private readonly options: SessionOptions) {}

  /** Joins the next generation and resolves with this member's partitions. */
  async join(): Promise<readonly number[]> {
    const { group, topic, held } = this.options;
    const coordinator = await this.findCoordinator();
    const userData = Buffer.from(JSON.stringify(held()));
    const metadata = MemberMetadata.encode({ version: PROTOCOL_VERSION, topics: [topic], userData });
    const joined = await coordinator.call(JOIN_MS, (broker) =>
      broker.joinGroup({
        groupId: group,
        sessionTimeout: SESSION_MS,
        rebalanceTimeout: REBALANCE_MS,
        memberId: this.memberId,
        groupProtocols: [{ name: ASSIGNER, metadata }],
      }),
    );
    this.memberId = joined.memberId;
    this.generation = { coordinator, generationId: joined.generationId };
    return this.sync(coordinator, joined);
  }

  /** Confirms that this member still belongs to the current generation. */
  async heartbeat(): Promise<void> {
    if (!this.generation) throw new Error('not in a generation');
    const { coordinator, generationId } = this.generation;
    const request = { groupId: this.options.group, groupGenerationId: generationId, memberId: this.memberId };
    await coordinator.call(REQUEST_MS, (broker) => broker.heartbeat(request));
  }

  /** The coordinator does not know this member any more: the next join is that of a new one. */
  forgetMember(): void {
    this.memberId = '';
  }

  /** Tells the coordinator, so that the others need not wait for the session to run out. */
  async leave(): Promise<void> {
    if (this.memberId === '') return;
    const request = { groupId: this.options.group, memberId: this.memberId };
    const coordinator = await this.findCoordinator();
    await coordinator.call(REQUEST_MS, (broker) => broker.leaveGroup(request));
  }

  private async findCoordinator(): Promise<BrokerConnection> {
    const { cluster, group } = this.options;
    const any = await cluster.any();
    const request = { groupId: group, coordinatorType: GROUP_COORDINATOR };
    const { coordinator } = await any.call(REQUEST_MS, (broker) => broker.findGroupCoordinator(request));
    return cluster.at(coordinator);
  }

  private async sync(coordinator: BrokerConnection, joined: JoinedGroup): Promise<readonly number[]> {
    const { generationId, memberId } = joined;
    const groupAssignment = joined.leaderId === memberId ? await this.assign(joined) : [];
    const request = { groupId: this.options.group, generationId, memberId, groupAssignment };
    const { memberAssignment } = await coordinator.call(JOIN_MS, (broker) => broker.syncGroup(request));
    return MemberAssignment.decode(memberAssignment)?.assignment[this.options.topic] ?? [];
  }

  private async assign({ members }: JoinedGroup): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const { cluster, topic } = this.options;
    await cluster.refresh([topic]);
    const assigned = assignSticky(cluster.partitionCount(topic), members.map(memberOf));
    return [...assigned].map(([memberId, partitions]) => ({
      memberId,
      memberAssignment: MemberAssignment.encode({
        version: PROTOCOL_VERSION,
        assignment: { [topic]: [...partitions] },
        userData: Buffer.alloc(0),
      }),
    }));
  }
}

const memberOf = ({ memberId, memberMetadata }: JoinedGroup['members'][number]): GroupMember => {
  const text = MemberMetadata.decode(memberMetadata)?.userData.toString('utf8') ?? '';
  return { id: memberId, held: text === '' ? [] : (JSON.parse(text) as number[]) };
};
