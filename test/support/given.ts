import { createHash } from 'node:crypto';
import type { Command } from '../../src/domain/command.js';
import { decide } from '../../src/domain/decide.js';
import { Draft } from '../../src/domain/draft.js';
import type { AppliedEvent } from '../../src/domain/evolve.js';
import type { Sha256 } from '../../src/domain/kernel/ids.js';
import type { StateReader } from '../../src/domain/state.js';

export const sha256: Sha256 = (text) => createHash('sha256').update(text).digest('hex');
/** given(history).when(command, atMs): what is decided, and what is answered. */
export const given = (history: readonly AppliedEvent[], base: StateReader = { get: () => undefined }) => ({
  when: (command: Command, nowMs = command.sentAtMs) => {
    const state = new Draft(base);
    for (const event of history) state.apply(event);
    const { events, answer } = decide(command, state, {
      nowMs,
      commandId: command.id,
      sha256,
      unit: 'credit',
      claim: 'claim-1',
    });
    const thenDecided = (expected: readonly object[]) => expect(events).toMatchObject(expected);
    return { events, answer, thenDecided, thenAnswered: (expected: object) => expect(answer).toMatchObject(expected) };
  },
});
