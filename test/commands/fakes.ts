import type { Command } from '../../src/domain/command.js';
import type { Answer } from '../../src/domain/decision.js';
import type { Clock } from '../../src/domain/kernel/clock.js';
import type { CommandId } from '../../src/domain/kernel/ids.js';
import type { CommandOutbox, CommandReply, Position, ReplyInbox } from '../../src/commands/ports.js';

/** Time stands still until a test moves it. */
export class ManualClock implements Clock {
  private timers: { at: number; run: () => void }[] = [];
  constructor(private nowMs = 1_795_000_000_000) {}

  now(): number {
    return this.nowMs;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.nowMs + ms, run };
    this.timers.push(timer);
    return () => {
      this.timers = this.timers.filter((other) => other !== timer);
    };
  }

  advance(ms: number): void {
    const end = this.nowMs + ms;
    for (;;) {
      const next = this.timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.timers = this.timers.filter((other) => other !== next);
      this.nowMs = next.at;
      next.run();
    }
    this.nowMs = end;
  }

  get pending(): number {
    return this.timers.length;
  }
}

/** Keeps what was sent; `failWith` is thrown by the next sends in order. */
export class FakeOutbox implements CommandOutbox {
  readonly sent: Command[] = [];
  failWith: Error[] = [];

  send(command: Command): Promise<void> {
    const error = this.failWith.shift();
    if (error !== undefined) return Promise.reject(error);
    this.sent.push(command);
    return Promise.resolve();
  }
}

/** Hands replies over when a test says so. */
export class FakeInbox implements ReplyInbox {
  readonly replyTo = { instance: 'this-process', partition: 3 };
  private readonly waiting = new Map<CommandId, (reply: CommandReply) => void>();

  wait(commandId: CommandId): { reply: Promise<CommandReply>; cancel(): void } {
    return {
      reply: new Promise((resolve) => this.waiting.set(commandId, resolve)),
      cancel: () => this.waiting.delete(commandId),
    };
  }

  /** False when nobody waits any more. */
  reply(commandId: CommandId, answer: Answer, position: Position | null = null): boolean {
    const resolve = this.waiting.get(commandId);
    this.waiting.delete(commandId);
    resolve?.({ commandId, answer, position });
    return resolve !== undefined;
  }
}

/** Lets promises that are already settled run their continuations. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
