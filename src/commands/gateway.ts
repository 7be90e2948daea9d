import { randomUUID } from 'node:crypto';
import type { Command, CommandDataByType, CommandType, ResultByCommand } from '../domain/command.js';
import type { CommandId, OrgId } from '../domain/kernel/ids.js';
import type { AnsweredPositions } from './answered-positions.js';
import type { Slices } from '../observability/event-loop-slices.js';
import { exchange, type ExchangeOptions } from './exchange.js';
import { KeyTurns } from './key-turns.js';
import { Refused, Unavailable } from './outcomes.js';
import type { CommandReply, Position } from './ports.js';
import { Unanswered } from './unanswered.js';

export interface ExecuteOptions {
  /** Drawn at random unless it follows from an Idempotency-Key (or from the CLI's arguments). */
  readonly id?: CommandId;
  readonly keyed?: boolean;
  readonly fingerprint?: string;
  readonly correlationId: string;
}

export interface Executed<T extends CommandType = CommandType> {
  readonly result: ResultByCommand[T];
  /** Under a key: the answer was remembered, nothing was decided this time. A copy without one is nobody's news. */
  readonly replayed: boolean;
  readonly position: Position | null;
}

export type CommandWaitOutcome = 'answered' | 'refused' | 'unavailable' | 'error';

export interface GatewayOptions extends ExchangeOptions {
  readonly partitionOf: (orgId: OrgId) => number;
  readonly answered: AnsweredPositions;
  /** Left out: answers are presented at once. */
  readonly slices?: Slices;
  /** For metrics. */
  readonly onWaited?: (type: CommandType, outcome: CommandWaitOutcome, ms: number) => void;
}

/** Above this lag a partition's decider is stuck or overrun: more commands would only expire (DESIGN §2.3). */
const LAG_MAX_MS = 2_000;
/** Commands in the air in this process: at 10,000 decisions/s a second's worth. */
const WAITS_MAX = 10_000;
const SHED_RETRY_AFTER_S = 1;
const LAGGING_RETRY_AFTER_S = 3;

/** The way from a process to the decider: sheds what cannot be answered in time, sends, waits for the reply. */
export class CommandGateway {
  private readonly unanswered = new Unanswered();
  private readonly turns: KeyTurns;
  private waits = 0;

  constructor(private readonly options: GatewayOptions) {
    this.turns = new KeyTurns(options);
  }

  /**
   * @throws Refused the decider said no
   * @throws Unavailable not sent, or not answered within the wait
   * @throws ApiError IDEMPOTENCY_IN_PROGRESS another command of the same key was not answered within the wait
   */
  execute<T extends CommandType>(
    type: T,
    orgId: OrgId,
    data: CommandDataByType[T],
    options: ExecuteOptions,
  ): Promise<Executed<T>> {
    const { id, fingerprint = '', keyed } = options;
    const run = () => this.executeNow(type, orgId, data, options);
    return keyed === true && id !== undefined ? this.turns.take({ id, fingerprint }, run) : run();
  }

  private async executeNow<T extends CommandType>(
    type: T,
    orgId: OrgId,
    data: CommandDataByType[T],
    options: ExecuteOptions,
  ): Promise<Executed<T>> {
    const partition = this.options.partitionOf(orgId);
    this.admit(partition);
    const command = { ...this.envelopeOf(options), type, orgId, data } as unknown as Command;
    const { answer, position } = await this.answerTo(command, partition);
    if (position !== null) this.options.answered.remember(orgId, position);
    // Answers come as many at a time as were decided together, and presenting a thousand people takes milliseconds.
    await this.options.slices?.breathe();
    const replayed = command.keyed && answer.replayed;
    if (answer.kind === 'refused') throw new Refused(answer.refusal, position, replayed);
    return { result: answer.result as ResultByCommand[T], replayed, position };
  }

  private admit(partition: number): void {
    if (this.waits >= WAITS_MAX) throw new Unavailable('overloaded', SHED_RETRY_AFTER_S);
    const lagMs = this.unanswered.lagMs(partition, this.options.clock.now());
    if (lagMs > LAG_MAX_MS) throw new Unavailable('lagging', LAGGING_RETRY_AFTER_S);
  }

  private envelopeOf(options: ExecuteOptions) {
    const { clock, waitMs, replies } = this.options;
    return {
      id: options.id ?? (randomUUID() as CommandId),
      keyed: options.keyed ?? false,
      fingerprint: options.fingerprint ?? null,
      correlationId: options.correlationId,
      sentAtMs: clock.now(),
      waitMs,
      replyTo: replies.replyTo,
    };
  }

  private async answerTo(command: Command, partition: number): Promise<CommandReply> {
    this.waits++;
    this.unanswered.add(partition, command.id, command.sentAtMs);
    try {
      const reply = await exchange(command, this.options);
      this.unanswered.answered(partition, command.id);
      this.observe(command, reply.answer.kind);
      return reply;
    } catch (error) {
      this.unanswered.forget(partition, command.id);
      this.observe(command, error instanceof Unavailable ? 'unavailable' : 'error');
      throw error;
    } finally {
      this.waits--;
    }
  }

  private observe(command: Command, outcome: CommandWaitOutcome): void {
    this.options.onWaited?.(command.type, outcome, this.options.clock.now() - command.sentAtMs);
  }
}
export const COMMAND_GATEWAY = Symbol('COMMAND_GATEWAY');
/** What use cases need of it; tests hand in fakes. */
export type Commands = Pick<CommandGateway, 'execute'>;
