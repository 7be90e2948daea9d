import { Presets, SingleBar } from 'cli-progress';

/** A bar on stderr for people; silent when stderr is no terminal or the output is for programs. */
export interface Progress {
  update(done: number, total: number): void;
  stop(): void;
}

const SILENT: Progress = { update: () => undefined, stop: () => undefined };

export const progressBar = (label: string, json: boolean): Progress => {
  if (json || !process.stderr.isTTY) return SILENT;
  const bar = new SingleBar(
    { format: `${label} {bar} {percentage}% {value}/{total} {eta_formatted}`, hideCursor: true },
    Presets.shades_classic,
  );
  let started = false;
  return {
    update: (done, total) => {
      if (started) bar.setTotal(total);
      else bar.start(total, 0);
      started = true;
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
};
