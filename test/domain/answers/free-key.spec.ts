import type { CommandId } from '../../../src/domain/kernel/ids.js';
import { grant, personId, record, request, sealed } from '../fixtures.js';
import { World } from '../world.js';

const KEY = { id: 'key-1' as CommandId, keyed: true, fingerprint: 'f-1' } as const;

describe('X-07 a key that a refusal has left free', () => {
  const asked = request(['ada'], {}, KEY);

  it('400 of one request is no answer to another one of the same millisecond', () => {
    const world = new World();
    world.send(grant(10));
    world.send(asked);
    world.send(record({ personId: personId('ada') }));
    expect(world.send({ ...asked, fingerprint: 'f-2' }).answer).toMatchObject({ kind: 'answered', replayed: false });
  });

  it('refused because the person has changed, it may be sent anew, merged with what is there now', () => {
    const world = withAda();
    const over = (text: string) => ({ personId: personId('ada'), over: sealed(text) });
    const stale = record({ sealed: sealed('ada-2'), mergedInto: over('elsewhere') }, KEY);
    expect(world.send(stale).events).toMatchObject([{ type: 'CommandRefused', data: { expiresAt: null } }]);
    const anew = record({ sealed: sealed('ada-3'), mergedInto: over('ada') }, KEY);
    expect(world.send(anew).answer).toMatchObject({ kind: 'answered', replayed: false });
    expect(world.send(stale).answer).toMatchObject({ kind: 'answered', replayed: true });
  });
});

const withAda = (): World => {
  const world = new World();
  world.send(record({ personId: personId('ada') }));
  return world;
};
