import type { Command } from '../../../src/domain/command.js';
import { KEYED_MS, RECENT_MS, WAIT_MS_MAX } from '../../../src/domain/answers/memory.js';
import type { CommandId } from '../../../src/domain/kernel/ids.js';
import { streams } from '../../../src/domain/streams.js';
import {
  at,
  cancel,
  enrichmentId,
  expire,
  grant,
  hit,
  NOW_MS,
  ORG,
  personId,
  record,
  request,
  response,
} from '../fixtures.js';
import { World } from '../world.js';

const KEY = { id: 'key-1' as CommandId, keyed: true, fingerprint: 'f-1' } as const;
const conflict = { kind: 'refused', refusal: { code: 'IDEMPOTENCY_CONFLICT' }, replayed: false };

const worldWith = (...commands: readonly Command[]): World => {
  const world = new World();
  world.send(grant(10));
  world.send(record({ personId: personId('ada') }));
  for (const command of commands) world.send(command);
  return world;
};
/** The same request, sent again by the client now. */
const repeated = (world: World, command: Command, change: object = {}): Command =>
  ({ ...command, sentAtMs: world.nowMs, ...change }) as Command;

describe('X-07 a keyed command', () => {
  const asked = request(['ada'], {}, KEY);

  it('is answered again for 24 h, and decided nothing', () => {
    const world = worldWith();
    const first = world.send(asked);
    expect(first.events.at(-1)).toMatchObject({
      type: 'CommandAnswered',
      data: { status: 'accepted', fingerprint: 'f-1', expiresAt: at(KEYED_MS) },
    });
    world.wait(KEYED_MS - 1);
    const again = world.send(repeated(world, asked));
    expect(again.events).toEqual([]);
    expect(again.answer).toMatchObject({ replayed: true });
    expect({ ...again.answer, replayed: false }).toEqual(first.answer);
  });

  it('renders again what its enrichments are now', () => {
    const world = worldWith(asked);
    world.send(cancel('ada'));
    const { answer } = world.send(repeated(world, asked));
    expect(answer).toMatchObject({
      replayed: true,
      result: { created: 1, reserved: 3, available: 10, enrichments: [{ status: 'cancelled' }] },
    });
  });

  it('is forgotten after 24 h', () => {
    const world = worldWith(asked);
    world.wait(KEYED_MS);
    expect(world.send(repeated(world, asked)).answer).toMatchObject({ replayed: false });
  });

  it('decided anew after that, it answers for the new decision, not for what the first one made', () => {
    const world = worldWith(asked);
    const [id] = world.enrichmentIds();
    world.send(response(id!, hit()));
    world.wait(KEYED_MS);
    const anew = world.send(repeated(world, asked));
    expect(anew.answer).toMatchObject({ result: { created: 0, reserved: 0 }, replayed: false });
    expect(world.send(repeated(world, asked)).answer).toEqual({ ...anew.answer, replayed: true });
  });

  it('with another fingerprint is a conflict, which is not remembered', () => {
    const world = worldWith(asked);
    const { answer, events } = world.send(repeated(world, asked, { fingerprint: 'f-2' }));
    expect(answer).toMatchObject(conflict);
    expect(events).toMatchObject([{ type: 'CommandRefused', data: { expiresAt: null } }]);
    expect(world.send(repeated(world, asked)).answer).toMatchObject({ kind: 'answered', replayed: true });
  });

  it('402 consumes the key: an old refusal never becomes a charge', () => {
    const world = new World();
    world.send(record({ personId: personId('ada') }));
    const refused = world.send(asked);
    world.send(grant(10));
    world.wait(1_000_000);
    const again = world.send(repeated(world, asked));
    expect(again).toEqual({ events: [], changes: [], answer: { ...refused.answer, replayed: true } });
    expect(world.send(repeated(world, asked, { fingerprint: 'f-2' })).answer).toMatchObject(conflict);
  });

  it('400 leaves the key free for a repeat, whatever its body', () => {
    const world = new World();
    world.send(grant(10));
    expect(world.send(asked).answer).toMatchObject({ refusal: { reason: 'unknown_person' } });
    world.send(record({ personId: personId('ada') }));
    world.wait(1);
    expect(world.send(repeated(world, asked, { fingerprint: 'f-2' })).answer).toMatchObject({
      kind: 'answered',
      replayed: false,
    });
  });

  it('404 and 409 leave the key free: what stands in the way now may be gone at the next try', () => {
    const world = worldWith();
    const cancelled = { ...cancel('ada'), ...KEY } as Command;
    expect(world.send(cancelled).answer).toMatchObject({ kind: 'refused', refusal: { code: 'NOT_FOUND' } });
    world.send(request(['ada']));
    world.wait(1);
    expect(world.send(repeated(world, cancelled)).answer).toMatchObject({ kind: 'answered', replayed: false });
  });

  it('400 holds for a copy of the refused command itself, as long as one could be decided', () => {
    const world = new World();
    world.send(grant(10));
    const refused = world.send(asked);
    world.send(record({ personId: personId('ada') }));
    world.wait(10_000);
    expect(world.send(asked)).toEqual({ events: [], changes: [], answer: { ...refused.answer, replayed: true } });
    world.wait(1);
    expect(world.send(asked).answer).toMatchObject({ refusal: { code: 'UNAVAILABLE', reason: 'expired' } });
  });

  it.each([
    ['a grant', grant(5, {}, KEY), { balance: 15, available: 15 }],
    ['a person', record({}, KEY), { personId: personId('ada'), existing: true }],
  ])('%s is answered as the first time', (_what, command, result) => {
    const world = worldWith();
    const first = world.send(command);
    world.wait(RECENT_MS + 1);
    const again = world.send(repeated(world, command));
    expect(first.answer).toMatchObject({ kind: 'answered', result, replayed: false });
    expect(again).toEqual({ events: [], changes: [], answer: { ...first.answer, replayed: true } });
  });

  it('a person created by it is still "created" when it is answered again', () => {
    const command = record({ personId: personId('new'), identities: ['hash-new' as never] }, KEY);
    const world = worldWith(command);
    expect(world.send(repeated(world, command)).answer).toMatchObject({ replayed: true, result: { existing: false } });
  });
});

describe('a command without a key', () => {
  it.each([
    ['all new: its events tell', request(['ada'])],
    ['a person: its event tells', record({ identities: ['hash-new' as never] })],
  ])('%s, no CommandAnswered is needed', (_what, command) => {
    const world = worldWith();
    const first = world.send(command);
    expect(first.events.map(({ type }) => type)).not.toContain('CommandAnswered');
    expect(world.send(command)).toEqual({ events: [], changes: [], answer: { ...first.answer, replayed: true } });
  });

  it.each([
    ['reused', [request(['ada'])], request(['ada'])],
    ['cancelled', [request(['ada'])], cancel('ada')],
    ['nothing new about a person', [], record()],
  ])('%s: remembered by CommandAnswered until a copy would have expired', (_what, before, command) => {
    const world = worldWith(...before);
    const first = world.send(command);
    expect(first.events.at(-1)).toMatchObject({ type: 'CommandAnswered', data: { expiresAt: at(RECENT_MS) } });
    expect(world.send(command)).toEqual({ events: [], changes: [], answer: { ...first.answer, replayed: true } });
    world.wait(RECENT_MS);
    expect(world.send(command).answer).toMatchObject({ refusal: { reason: 'expired' } });
  });

  it('mixed: the answer names reused and new in order, and what this command made', () => {
    const world = worldWith(record({ personId: personId('bob'), identities: ['hash-bob' as never] }), request(['ada']));
    const mixed = request(['bob', 'ada']);
    const first = world.send(mixed);
    expect(first.answer).toMatchObject({ result: { created: 1, reserved: 3 } });
    expect(world.send(mixed).answer).toEqual({ ...first.answer, replayed: true });
  });

  it('a refusal is remembered too', () => {
    const world = new World();
    const refused = world.send(request(['ada']));
    expect(refused.events).toMatchObject([{ type: 'CommandRefused', data: { expiresAt: at(RECENT_MS) } }]);
    expect(world.state.get(streams.recent(ORG, world.commands[0]!.id))?.refusal).toMatchObject({
      reason: 'unknown_person',
    });
    expect(world.send(world.commands[0]!).answer).toMatchObject({ kind: 'refused', replayed: true });
  });

  it('our own roles need no memory: they say the same again', () => {
    const world = worldWith(request(['ada']));
    const [id] = world.enrichmentIds();
    world.wait(800_000);
    for (const command of [response(id!), expire(id!)]) {
      const { events } = world.send(command);
      expect(events.map(({ type }) => type)).not.toContain('CommandAnswered');
    }
  });
});

describe('DESIGN §2.3 a command that comes too late', () => {
  it.each([
    ['at its last millisecond is decided', 10_000, 10_000, 'answered'],
    ['after it is refused', 10_000, 10_001, 'refused'],
    ['after the longest wait is refused, however long it would wait', 10 * WAIT_MS_MAX, WAIT_MS_MAX + 1, 'refused'],
    ['of our own roles never expires', null, 100_000_000, 'answered'],
  ] as const)('%s', (_what, waitMs, laterMs, kind) => {
    const world = worldWith();
    world.wait(laterMs);
    const { answer, events } = world.send(request(['ada'], {}, { sentAtMs: NOW_MS, waitMs }));
    expect(answer.kind).toBe(kind);
    if (answer.kind === 'answered') return;
    expect(answer.refusal).toEqual({ code: 'UNAVAILABLE', reason: 'expired' });
    expect(events).toMatchObject([{ type: 'CommandRefused', data: { code: 'UNAVAILABLE', expiresAt: null } }]);
  });

  it('a known one is still answered again', () => {
    const asked = request(['ada'], {}, KEY);
    const world = worldWith(asked);
    world.wait(20_000);
    expect(world.send(asked).answer).toMatchObject({ kind: 'answered', replayed: true });
  });

  it('the memory of other commands outlasts the longest wait and clocks that differ by 30 s', () =>
    expect(RECENT_MS).toBeGreaterThanOrEqual(WAIT_MS_MAX + 30_000));
});

describe('a log that contradicts itself', () => {
  it('is not answered from', () => {
    const world = new World();
    const time = at(0);
    const data = { commandType: 'CancelEnrichment', status: 'cancelled', fingerprint: null, expiresAt: at(1_000) };
    const remembering = (references: readonly string[]) =>
      world.state.apply({
        type: 'CommandAnswered',
        subject: 'command/c',
        data: { ...data, references },
        orgId: ORG,
        time,
        commandId: 'c',
      });
    const asked = cancel('ada', {}, { id: 'c' as CommandId });
    remembering([]);
    expect(() => world.send(asked)).toThrow('an answer without references');
    remembering([enrichmentId('never')]);
    expect(() => world.send(asked)).toThrow('was never requested');
  });
});
