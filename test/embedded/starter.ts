import { transformFileSync } from '@swc/core';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** A process of its own that has started the embedded stack, and the servers that it has started. */
export interface Starter {
  readonly pids: readonly number[];
  readonly databaseUrl: string;
  /** `kill -9`: its servers stay behind. */
  kill(): Promise<void>;
}

/** Runs `startEmbedded({ dataDir })` in another process, as `npm start` does. The build goes to `<dataDir>/build`. */
export const startElsewhere = async (dataDir: string): Promise<Starter> => {
  const child = spawn(process.execPath, [build(join(dataDir, 'build')), dataDir], {
    env: process.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { ...(JSON.parse(line) as Pick<Starter, 'pids' | 'databaseUrl'>), kill: () => killed(child) };
};

const killed = async (child: ChildProcess): Promise<void> => {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};

const build = (to: string): string => {
  mkdirSync(to, { recursive: true });
  const from = join('src', 'embedded');
  for (const file of readdirSync(from))
    writeFileSync(join(to, file.replace(/\.ts$/, '.js')), transformFileSync(join(from, file), { swcrc: true }).code);
  const main = resolve(to, 'main.js');
  writeFileSync(main, MAIN);
  return main;
};

const MAIN = `
import { startEmbedded } from './embedded.js';
const { kafka, postgres, databaseUrl } = await startEmbedded({ dataDir: process.argv[2] });
console.log(JSON.stringify({ pids: [kafka.pid, postgres.pid], databaseUrl }));
setInterval(() => undefined, 60_000);
`;
