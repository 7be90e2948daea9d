/** Something has been asked; what became of it is not known. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** The result of `work`, or NoAnswer when it takes longer. The work itself goes on. */
export const withDeadline = async <T>(work: Promise<T>, ms: number): Promise<T> => {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new NoAnswer(`no answer within ${ms} ms`)), ms);
  });
  return Promise.race([work, deadline]).finally(() => clearTimeout(timer));
};
