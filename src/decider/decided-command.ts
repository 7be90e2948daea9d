import type { Command } from '../domain/command.js';
import type { Answer, Decision } from '../domain/decision.js';
import type { Refusal } from '../domain/kernel/refusal.js';
import type { DomainEvent } from '../events/event.js';
import type { StateChanges } from '../domain/state.js';
import type { PendingEvent } from '../log/partition-writer.js';

/** What one command comes to, before it is part of a batch. */
export interface DecidedCommand {
  readonly events: readonly PendingEvent[];
  /** Of each event, in their order: the batch tags them with it. */
  readonly changes: readonly StateChanges[];
  readonly answer: Answer;
  /** Set when the command goes to the dead letters as well. */
  readonly error: Error | null;
}

/** Where and when a command stands: what the events it causes have in common. */
export interface CommandPlace {
  readonly offset: bigint;
  /** Broker time, never earlier than that of the command before. */
  readonly timeMs: number;
  /** Of the owner that decides. */
  readonly claim: string;
}

/** As the writer takes them. */
export const pendingEvents = (
  events: readonly DomainEvent[],
  command: Command,
  { offset, timeMs }: CommandPlace,
): readonly PendingEvent[] => {
  const { id: commandId, orgId, correlationId } = command;
  return events.map(
    ({ type, subject, data }) =>
      ({
        type,
        subject,
        data,
        orgId,
        timeMs,
        commandOffset: offset,
        commandId,
        correlationId,
        dataJson: undefined, // Filled in later: so that the object keeps its shape.
      }) as PendingEvent,
  );
};

/** Our failure, not the client's: logged, answered, not remembered, so that a repeat is decided again. */
export const failureOf = (command: Command, reason: string): Decision => {
  const refusal: Refusal = { code: 'INTERNAL_ERROR', reason };
  const { id, type: commandType, fingerprint } = command;
  const event: DomainEvent<'CommandRefused'> = {
    type: 'CommandRefused',
    subject: `command/${id}`,
    data: { commandType, ...refusal, details: null, fingerprint, expiresAt: null },
  };
  return { events: [event], changes: [[]], answer: { kind: 'refused', refusal, replayed: false } };
};
