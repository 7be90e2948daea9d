import type { Command } from '../domain/command.js';
import type { Answer, Decision } from '../domain/decision.js';
import { instantOf, type Instant } from '../domain/kernel/instant.js';
import type { Refusal } from '../domain/kernel/refusal.js';
import type { DomainEvent } from '../events/event.js';
import type { PendingEvent } from '../log/partition-writer.js';
import type { Overlay } from './overlay.js';

/** An event on its way into the log: as the writer takes it, and with the `time` that evolve reads. */
export type DraftedEvent = PendingEvent & { readonly time: Instant };

/** What one command comes to, before it is part of a batch. */
export interface DecidedCommand {
  readonly events: readonly DraftedEvent[];
  /** Tagged with the index into `events`. */
  readonly changes: Overlay<number>;
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

export const draftedEvents = (
  events: readonly DomainEvent[],
  command: Command,
  { offset, timeMs }: CommandPlace,
): readonly DraftedEvent[] => {
  const time = instantOf(timeMs);
  const { id: commandId, orgId, correlationId } = command;
  return events.map(
    ({ type, subject, data }) =>
      ({
        type,
        subject,
        data,
        orgId,
        timeMs,
        time,
        commandOffset: offset,
        commandId,
        correlationId,
        dataJson: undefined, // Filled in later: so that the object keeps its shape.
      }) as DraftedEvent,
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
  return { events: [event], answer: { kind: 'refused', refusal, replayed: false } };
};
