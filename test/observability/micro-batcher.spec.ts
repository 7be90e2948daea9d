import { MicroBatcher } from '../../src/observability/micro-batcher.js';
import { calm } from '../providers/support/installation.js';

describe('micro-batcher', () => {
  it('collects while a statement runs, cuts at its limit, answers in order', async () => {
    const batches: number[][] = [];
    const batcher = new MicroBatcher(
      async (items: readonly number[]) => {
        batches.push([...items]);
        await calm();
        return items.map((item) => item * 10);
      },
      { itemsMax: 3 },
    );
    const first = [batcher.add(1), batcher.add(2)];
    await new Promise((resolve) => setImmediate(resolve));
    const second = [3, 4, 5, 6].map((item) => batcher.add(item));
    expect(await Promise.all([...first, ...second])).toEqual([10, 20, 30, 40, 50, 60]);
    expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
  });

  it('an error fails its own batch and no other', async () => {
    let failing = true;
    const batcher = new MicroBatcher(
      async (items: readonly number[]) => {
        if (failing) throw new Error('down');
        return items;
      },
      { itemsMax: 10 },
    );
    await expect(Promise.all([batcher.add(1), batcher.add(2)])).rejects.toThrow('down');
    failing = false;
    expect(await batcher.add(3)).toBe(3);
    await batcher.idle();
  });
});
