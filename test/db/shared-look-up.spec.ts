import { DatabaseBusy } from '../../src/db/database.js';
import { SharedLookUp } from '../../src/db/shared-look-up.js';

/** Rows of even numbers; each statement answers when the test says so. */
const evenNumbers = () => {
  const asked: (readonly number[])[] = [];
  const answers: ((error?: Error) => void)[] = [];
  const look = (numbers: readonly number[]) =>
    new Promise<readonly (string | undefined)[]>((resolve, reject) => {
      asked.push(numbers);
      const rows = numbers.map((number) => (number % 2 === 0 ? `row ${number}` : undefined));
      answers.push((error) => (error === undefined ? resolve(rows) : reject(error)));
    });
  const answer = async (error?: Error): Promise<void> => {
    await turn();
    answers.shift()?.(error);
    await turn();
  };
  return { lookUp: new SharedLookUp(look), asked, answer };
};

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a shared look-up', () => {
  it('asks alone when nobody else does, then for all who came meanwhile, each getting its own row', async () => {
    const { lookUp, asked, answer } = evenNumbers();
    const first = lookUp.find(2);
    await turn();
    const others = [lookUp.find(4), lookUp.find(5), lookUp.find(4)];
    await answer();
    await answer();
    expect(await Promise.all([first, ...others])).toEqual(['row 2', 'row 4', undefined, 'row 4']);
    expect(asked).toEqual([[2], [4, 5, 4]]);
  });

  it('puts at most 100 into a statement', async () => {
    const { lookUp, asked, answer } = evenNumbers();
    const found = Array.from({ length: 250 }, (_, number) => lookUp.find(number));
    for (let statement = 0; statement < 3; statement += 1) await answer();
    expect((await Promise.all(found)).filter((row) => row !== undefined)).toHaveLength(125);
    expect(asked.map((numbers) => numbers.length)).toEqual([100, 100, 50]);
  });

  it('fails those who share a statement that fails, and nobody after them', async () => {
    const { lookUp, answer } = evenNumbers();
    const together = Promise.allSettled([lookUp.find(2), lookUp.find(3)]);
    await turn();
    const after = lookUp.find(4);
    await answer(new Error('the connection is gone'));
    await answer();
    expect((await together).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(await after).toBe('row 4');
  });

  it('lets no more than 10,000 wait', async () => {
    const { lookUp, asked } = evenNumbers();
    void lookUp.find(0);
    await turn();
    for (let number = 0; number < 10_000; number += 1) void lookUp.find(number);
    await expect(lookUp.find(0)).rejects.toThrow(DatabaseBusy);
    expect(asked).toEqual([[0]]);
  });
});
