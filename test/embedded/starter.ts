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
  const child = spawn(process.execPath, [build(join(dataDir, 'build'), MAIN), dataDir], {
    env: process.env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { ...(JSON.parse(line) as Pick<Starter, 'pids' | 'databaseUrl'>), kill: () => killed(child) };
};

/** Two processes that go for the same folder at the same time. */
export interface Racers {
  /** How each of them fared: `won`, or the name of its error. What was won is given back before this resolves. */
  round(folder: string): Promise<readonly string[]>;
  end(): Promise<void>;
}

export const race = async (buildDir: string, what: 'startEmbedded' | 'claimFolder'): Promise<Racers> => {
  const main = build(join(buildDir, 'build'), RACER);
  const racers = [1, 2].map(() => {
    const child = spawn(process.execPath, [main, what], { env: process.env, stdio: ['pipe', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const ask = async (line: string): Promise<string> => {
      child.stdin.write(`${line}\n`);
      const { value } = (await lines.next()) as { value: string };
      return value;
    };
    return { child, ask };
  });
  const askAll = (line: string): Promise<string[]> => Promise.all(racers.map(({ ask }) => ask(line)));
  await askAll('hello');
  return {
    round: async (folder) => {
      const outcomes = await askAll(`go ${folder}`);
      await askAll('give back');
      return outcomes;
    },
    end: async () => void (await Promise.all(racers.map(({ child }) => killed(child)))),
  };
};

const killed = async (child: ChildProcess): Promise<void> => {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
};

const build = (to: string, text: string): string => {
  mkdirSync(to, { recursive: true });
  const from = join('src', 'embedded');
  for (const file of readdirSync(from))
    writeFileSync(join(to, file.replace(/\.ts$/, '.js')), transformFileSync(join(from, file), { swcrc: true }).code);
  const main = resolve(to, 'main.js');
  writeFileSync(main, text);
  return main;
};

const MAIN = `
import { startEmbedded } from './embedded.js';
const { kafka, postgres, databaseUrl } = await startEmbedded({ dataDir: process.argv[2] });
console.log(JSON.stringify({ pids: [kafka.pid, postgres.pid], databaseUrl }));
setInterval(() => undefined, 60_000);
`;

const RACER = `
import { createInterface } from 'node:readline';
import { claimFolder } from './claim.js';
import { startEmbedded } from './embedded.js';
const WAYS = {
  startEmbedded: async (dataDir) => { const stack = await startEmbedded({ dataDir }); return () => stack.stop(); },
  claimFolder: async (folder) => { const claim = await claimFolder(folder); return () => claim.release(); },
};
let giveBack = () => undefined;
for await (const line of createInterface({ input: process.stdin })) {
  const [word, folder] = line.split(' ');
  if (word === 'hello') console.log('hello');
  if (word === 'go') {
    try {
      giveBack = await WAYS[process.argv[2]](folder);
      console.log('won');
    } catch (error) {
      giveBack = () => undefined;
      console.log(error.name === 'Error' ? error.message : error.name);
    }
  }
  if (word === 'give') { await giveBack(); console.log('given back'); }
}
`;
