import type { CommandId } from '../domain/kernel/ids.js';

/**
 * How far each partition's decider is behind, as seen from the commands of this process. Commands of a partition
 * are decided in order, so an answer also ends the waiting of all that were sent before it: theirs were lost or are
 * on their way, and say nothing about lag.
 */
export class Unanswered {
  private readonly sentAtMs = new Map<number, Map<CommandId, number>>();

  add(partition: number, id: CommandId, nowMs: number): void {
    const commands = this.sentAtMs.get(partition) ?? new Map<CommandId, number>();
    commands.set(id, nowMs);
    this.sentAtMs.set(partition, commands);
  }

  answered(partition: number, id: CommandId): void {
    const commands = this.sentAtMs.get(partition);
    if (commands?.has(id) !== true) return;
    for (const older of commands.keys()) {
      commands.delete(older);
      if (older === id) return;
    }
  }

  /** Nobody waits for it any more. */
  forget(partition: number, id: CommandId): void {
    this.sentAtMs.get(partition)?.delete(id);
  }

  /** Age of the oldest unanswered command, ms; 0 when there is none. */
  lagMs(partition: number, nowMs: number): number {
    const [oldest] = this.sentAtMs.get(partition)?.values() ?? [];
    return oldest === undefined ? 0 : nowMs - oldest;
  }
}
