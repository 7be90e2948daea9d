import type { Command } from '../domain/command.js';
import type { DecideContext, Decision } from '../domain/decision.js';
import type { Sha256 } from '../domain/kernel/ids.js';
import type { StreamKey } from '../domain/streams.js';
import type { Core } from './core.js';
import { failureOf, pendingEvents, type CommandPlace, type DecidedCommand } from './decided-command.js';
import { MissRecorder, type KnowingReader } from './overlay.js';

/** The core cannot answer before these streams are loaded. */
export class Missing {
  constructor(readonly keys: readonly StreamKey[]) {}
}

/** A decision that cannot be appended, however often it is tried. */
export class Unwritable extends Error {
  override readonly name = 'Unwritable';
}

/** Asks the pure core about one command. */
export class CommandDecider {
  constructor(
    private readonly options: { readonly core: Core; readonly sha256: Sha256; readonly unit: DecideContext['unit'] },
  ) {}

  /** Cold streams that the core names, or reads to name others. */
  missing(command: Command, state: KnowingReader): readonly StreamKey[] {
    const reader = new MissRecorder(state);
    const named = this.options.core.streamsOf(command, reader).filter((key) => !state.knows(key));
    return [...new Set([...named, ...reader.misses])];
  }

  /** @throws whatever the core throws: a bug */
  decide(command: Command, state: KnowingReader, place: CommandPlace): DecidedCommand | Missing {
    const { core, sha256, unit } = this.options;
    const context: DecideContext = { nowMs: place.timeMs, commandId: command.id, sha256, unit, claim: place.claim };
    const decided = whenAllKnown(state, (reader) =>
      decidedCommand(core.decide(command, reader, context), command, place),
    );
    if (!(decided instanceof Missing)) return decided;
    return new Missing([...new Set([...this.missing(command, state), ...decided.keys])]);
  }

  /** The command refused for a failure of ours. */
  fail(command: Command, place: CommandPlace & { readonly error: Error }): DecidedCommand {
    const reason = place.error instanceof Unwritable ? 'decision_unwritable' : 'decision_failed';
    return { ...decidedCommand(failureOf(command, reason), command, place), error: place.error };
  }
}

const decidedCommand = (
  { events, changes, answer }: Decision,
  command: Command,
  place: CommandPlace,
): DecidedCommand => ({
  events: pendingEvents(events, command, place),
  changes,
  answer,
  error: null,
});

const whenAllKnown = (
  state: KnowingReader,
  run: (reader: KnowingReader) => DecidedCommand,
): DecidedCommand | Missing => {
  const reader = new MissRecorder(state);
  try {
    const decided = run(reader);
    return reader.misses.size === 0 ? decided : new Missing([...reader.misses]);
  } catch (error) {
    if (reader.misses.size === 0) throw error;
    return new Missing([...reader.misses]); // Whatever it stumbled over, it took a cold stream for an empty one.
  }
};
