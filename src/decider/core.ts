import type { Command } from '../domain/command.js';
import { decide } from '../domain/decide.js';
import type { DecideContext, Decision } from '../domain/decision.js';
import { dueAt } from '../domain/due-at.js';
import { evolve, type AppliedEvent } from '../domain/evolve.js';
import type { StateChanges, StateReader, StreamState } from '../domain/state.js';
import { streamBegunBy, streamsOf, streamsOfEvent } from '../domain/streams-of.js';
import type { StreamKey } from '../domain/streams.js';

/** The pure core as the shell calls it; handed in, so that tests can put another in its place. */
export interface Core {
  readonly decide: (command: Command, state: StateReader, context: DecideContext) => Decision;
  readonly evolve: (state: StateReader, event: AppliedEvent) => StateChanges;
  readonly streamsOf: (command: Command, state: StateReader) => readonly StreamKey[];
  readonly streamsOfEvent: (event: AppliedEvent, state: StateReader) => readonly StreamKey[];
  readonly streamBegunBy: (event: AppliedEvent) => StreamKey | null;
  readonly dueAt: (key: StreamKey, state: StreamState) => number | null;
}

export const CORE: Core = { decide, evolve, streamsOf, streamsOfEvent, streamBegunBy, dueAt };
