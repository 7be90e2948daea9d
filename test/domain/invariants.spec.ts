import * as fc from 'fast-check';
import { Ajv } from 'ajv';
import type { Command, CommandResult } from '../../src/domain/command.js';
import { availableIn, GENESIS_HASH } from '../../src/domain/credits/account.js';
import { isCreditEvent, verifyLink } from '../../src/domain/credits/chain.js';
import { decide } from '../../src/domain/decide.js';
import { Draft } from '../../src/domain/draft.js';
import { viewOf, type EnrichmentView } from '../../src/domain/enrichments/enrichment-view.js';
import { evolve } from '../../src/domain/evolve.js';
import type { StateReader } from '../../src/domain/state.js';
import { streamsOf, streamsOfEvent } from '../../src/domain/streams-of.js';
import { streams, type StreamKey } from '../../src/domain/streams.js';
import { EVENT_SCHEMAS } from '../../src/events/schemas.js';
import { sha256 } from '../support/given.js';
import { anyActions, play } from './actions.js';
import { Oracle } from './oracle.js';
import { printSeed, runs, seed } from './seed.js';
import { CLAIM, replay, World } from './world.js';

const holds = (numRuns: number, rule: (world: World, actions: Parameters<typeof play>[1]) => void): void =>
  fc.assert(
    fc.property(anyActions, (actions) => rule(new World(), actions)),
    { seed, numRuns: runs(numRuns) },
  );

/** Notes every stream that is read. */
const recording = (base: StateReader): { readonly reader: StateReader; readonly read: Set<StreamKey> } => {
  const read = new Set<StreamKey>();
  const get: StateReader['get'] = (key) => {
    read.add(key);
    return base.get(key);
  };
  return { reader: { get }, read };
};

const shownIn = (result: CommandResult): readonly EnrichmentView[] => {
  if ('enrichments' in result) return result.enrichments;
  return 'enrichment' in result ? [result.enrichment] : [];
};

/** What a shell would load: only what was named can be seen, and it asks until nothing new is named. */
const loadedFor = (command: Command, state: StateReader): ReadonlySet<StreamKey> => {
  const loaded = new Set<StreamKey>();
  const visible: StateReader = { get: (key) => (loaded.has(key) ? state.get(key) : undefined) };
  for (let size = -1; size < loaded.size;) {
    size = loaded.size;
    for (const key of streamsOf(command, visible)) loaded.add(key);
  }
  return loaded;
};

describe('whatever the order of commands', () => {
  beforeAll(() => printSeed('domain invariants'));

  it('CR-14 the books of an independent oracle hold after every event: never overdrawn, captured once and only when found', () =>
    holds(500, (world, actions) => {
      const oracle = new Oracle();
      let read = 0;
      play(world, actions, () => {
        for (const event of world.log.slice(read)) oracle.apply(event);
        read = world.log.length;
        oracle.compare(world.account());
      });
    }));

  it('CR-10 every chain verifies from its first entry', () =>
    holds(50, (world, actions) => {
      let head = { entry: 0, hash: GENESIS_HASH };
      for (const event of play(world, actions).log) {
        if (!isCreditEvent(event)) continue;
        expect(verifyLink({ sha256, unit: 'credit' }, head, event)).toBeNull();
        head = event.data;
      }
      expect(world.account()).toMatchObject({ entry: head.entry, hash: head.hash });
    }));

  it('replaying the log gives the state that decide saw', () =>
    holds(50, (world, actions) => {
      play(world, actions);
      expect(replay(world.log).changes).toEqual(world.state.changes);
    }));

  it('deciding says of each of its events what evolve makes of it', () =>
    holds(50, (world, actions) => {
      play(world, actions, (_sent, { events, changes }) => {
        expect(changes).toHaveLength(events.length);
        expect(changes).toEqual(world.changes.slice(world.changes.length - events.length));
      });
    }));

  it('an answer shows the state as its events leave it', () =>
    holds(50, (world, actions) => {
      play(world, actions, (_sent, { answer }) => {
        if (answer.kind === 'refused') return;
        const { result } = answer;
        if ('available' in result) expect(result.available).toBe(availableIn(world.account()));
        for (const shown of shownIn(result))
          expect(shown).toEqual(viewOf(world.state.get(streams.enrichment(shown.id))!));
      });
    }));

  it('a refusal changes nothing but the memory of itself', () =>
    holds(50, (world, actions) => {
      play(world, actions, (_sent, { answer, events }) => {
        if (answer.kind === 'answered') return;
        expect(events.map(({ type }) => type)).toEqual(answer.replayed ? [] : ['CommandRefused']);
      });
    }));

  it('a copy of a command changes nothing, at once or however late, and at once is answered the same', () =>
    holds(100, (world, actions) => {
      play(world, actions, (sent, first) => {
        const copy = world.send(sent);
        expect(copy.events.filter(({ type }) => type !== 'CommandRefused')).toEqual([]);
        expect({ ...copy.answer, replayed: false }).toEqual({ ...first.answer, replayed: false });
      });
      for (const sent of world.commands.filter(({ waitMs }) => waitMs !== null)) {
        expect(world.send(sent).events.filter(({ type }) => type !== 'CommandRefused')).toEqual([]);
      }
    }));

  it('decide reads only what streamsOf names', () =>
    holds(50, (world, actions) => {
      play(world, actions, (sent) => {
        const { reader, read } = recording(world.state);
        const loaded = loadedFor(sent, world.state);
        decide(sent, reader, { nowMs: world.nowMs, commandId: sent.id, sha256, unit: 'credit', claim: CLAIM });
        expect([...read].filter((key) => !loaded.has(key) && world.state.get(key) !== undefined)).toEqual([]);
      });
    }));

  it('evolve reads only what streamsOfEvent names', () =>
    holds(50, (world, actions) => {
      const state = new Draft({ get: () => undefined });
      for (const event of play(world, actions).log) {
        const { reader, read } = recording(state);
        const named = streamsOfEvent(event, state);
        evolve(reader, event);
        expect([...read].filter((key) => !named.includes(key))).toEqual([]);
        state.apply(event);
      }
    }));

  it('every event fits the public schema of its type', () => {
    const ajv = new Ajv({ strict: false, formats: { 'date-time': true } });
    const validators = Object.entries(EVENT_SCHEMAS).map(([type, schema]) => [type, ajv.compile(schema)] as const);
    const byType = new Map(validators);
    holds(25, (world, actions) => {
      for (const { type, data } of play(world, actions).log) {
        const validate = byType.get(type);
        expect([type, validate?.(data), validate?.errors]).toEqual([type, true, null]);
      }
    });
  });
});
