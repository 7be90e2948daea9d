import type { EmbeddedOptions } from './options.js';

type Progress = Parameters<NonNullable<EmbeddedOptions['onProgress']>>[0];

/** Shows each step of a start: one line that is rewritten on a terminal, one line per step elsewhere. */
export const printProgress = (out: NodeJS.WriteStream): ((progress: Progress) => void) => {
  let last = '';
  return ({ step, done, total }) => {
    const isNewStep = step !== last;
    last = step;
    if (!out.isTTY && !isNewStep) return;
    const count = done === undefined ? '' : ` ${done}/${total ?? '?'}`;
    const lead = out.isTTY && !isNewStep ? '\r\u001b[K' : '\n';
    out.write(`${lead}${step}${out.isTTY ? count : ''}`);
  };
};
