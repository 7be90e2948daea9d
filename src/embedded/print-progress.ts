import type { EmbeddedOptions } from './options.js';

type Progress = Parameters<NonNullable<EmbeddedOptions['onProgress']>>[0];

/** Shows each step of a start on a line of its own; on a terminal the line counts while it lasts. */
export const printProgress = (out: NodeJS.WriteStream): { step: (progress: Progress) => void; end: () => void } => {
  let last = '';
  return {
    step: ({ step, done, total }) => {
      const isNewStep = step !== last;
      const lead = isNewStep && last !== '' ? '\n' : '';
      last = step;
      if (out.isTTY) out.write(`${lead}\r\u001b[K${step}${done === undefined ? '' : ` ${done}/${total ?? '?'}`}`);
      else if (isNewStep) out.write(`${step}\n`);
    },
    end: () => {
      if (out.isTTY && last !== '') out.write('\n');
    },
  };
};
