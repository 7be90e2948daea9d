import type { Command } from '../../../src/domain/command.js';
import type { Fact } from './events-reader.js';
import { demand } from './violation.js';

const DAY_MS = 86_400_000;
const RECENT_MS = 70_000;
const WAIT_MS_MAX = 30_000;
/** Say nothing about the request itself, so they are not remembered; who was stale merges anew under the same id. */
const FLEETING = ['UNAVAILABLE', 'INTERNAL_ERROR', 'IDEMPOTENCY_CONFLICT', 'stale_person'];

export const isFleeting = ({ code, reason }: { readonly code: string; readonly reason: string }): boolean =>
  FLEETING.includes(code) || FLEETING.includes(reason);

export interface Answered {
  readonly refused: Fact<'CommandRefused'>['data'] | null;
  readonly references: readonly string[];
  readonly fingerprint: string | null;
  readonly timeMs: number;
  readonly untilMs: number;
  /** Command offset of the decision. */
  readonly offset: number;
}

/** When the sender of a command gives up. */
export const lastMsOf = ({ waitMs, sentAtMs }: Command): number =>
  waitMs === null ? Infinity : sentAtMs + Math.min(waitMs, WAIT_MS_MAX);

/** What every command id of one org was answered (DESIGN §3, API X-07). */
export class MemoryBook {
  private readonly days = new Map<string, Answered>();
  private readonly recent = new Map<string, Answered>();
  /** Every decision ever made under an id, forgotten or not. */
  private readonly decisions = new Map<string, Answered[]>();

  /** What a command of this id gets at `nowMs`: the same answer again, a conflict, or a decision (null). */
  recall(command: Command, nowMs: number): 'again' | 'conflict' | null {
    const day = this.days.get(command.id);
    if (command.keyed && day !== undefined && day.untilMs > nowMs) {
      return day.fingerprint === null || day.fingerprint === command.fingerprint ? 'again' : 'conflict';
    }
    const recent = this.recent.get(command.id);
    if (recent === undefined || recent.untilMs <= nowMs) return null;
    const isSame = recent.fingerprint === null || recent.fingerprint === command.fingerprint;
    return !command.keyed || (isSame && lastMsOf(command) < recent.untilMs) ? 'again' : null;
  }

  /** What the copy of a command at `offset` is answered from: its own decision, or one before that is remembered. */
  decisionFor(id: string, offset: number): Answered | undefined {
    const before = (this.decisions.get(id) ?? []).filter((decision) => decision.offset <= offset);
    return before.findLast(
      (decision) => decision.offset === offset || decision.refused === null || !isFleeting(decision.refused),
    );
  }

  answered({ data, timeMs, commandOffset }: Fact<'CommandAnswered'>, command: Command): void {
    const untilMs = Date.parse(data.expiresAt);
    const lastsMs = command.keyed ? DAY_MS : RECENT_MS;
    demand(untilMs === timeMs + lastsMs, 'an answer is remembered as long as its kind', () => JSON.stringify(data));
    demand(data.fingerprint === command.fingerprint, 'an answer covers its request', () => JSON.stringify(data));
    const { references, fingerprint } = data;
    const answer = { refused: null, references, fingerprint, timeMs, untilMs, offset: commandOffset };
    this.keep(command.keyed ? this.days : this.recent, command.id, answer);
  }

  refused({ data, timeMs, commandOffset }: Fact<'CommandRefused'>, command: Command): void {
    const untilMs = data.expiresAt === null ? timeMs : Date.parse(data.expiresAt);
    const expected = this.refusedUntil(command, data, timeMs);
    demand(untilMs === expected, 'a refusal is remembered as long as its kind', () => JSON.stringify(data));
    const { fingerprint } = data;
    const answer = { refused: data, references: [], fingerprint, timeMs, untilMs, offset: commandOffset };
    const memory = untilMs - timeMs <= RECENT_MS ? this.recent : this.days;
    if (isFleeting(data)) this.decide(command.id, answer);
    else this.keep(memory, command.id, answer);
  }

  /** The events of the command tell its answer themselves. */
  told(
    id: string,
    { timeMs, commandOffset }: Pick<Fact, 'timeMs' | 'commandOffset'>,
    references: readonly string[],
  ): void {
    const untilMs = timeMs + RECENT_MS;
    const answer = { refused: null, references, fingerprint: null, timeMs, untilMs, offset: commandOffset };
    this.keep(this.recent, id, answer);
  }

  private refusedUntil(command: Command, data: Fact<'CommandRefused'>['data'], timeMs: number): number {
    if (isFleeting(data)) return timeMs;
    if (!command.keyed) return timeMs + RECENT_MS;
    return !usesUpKey(data.code) && command.waitMs !== null ? lastMsOf(command) + 1 : timeMs + DAY_MS;
  }

  private keep(memory: Map<string, Answered>, id: string, answer: Answered): void {
    memory.set(id, answer);
    this.decide(id, answer);
  }

  /** Later events of the same command say it better. */
  private decide(id: string, answer: Answered): void {
    const before = (this.decisions.get(id) ?? []).filter(({ offset }) => offset < answer.offset);
    this.decisions.set(id, [...before, answer]);
  }
}

/** of all refusals only 402 does. */
export const usesUpKey = (code: string): boolean => code === 'INSUFFICIENT_CREDITS' || code === 'CAP_EXCEEDED';
