import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Lab } from '../lab/lab.js';
import { settle, type Session } from './session.js';

export interface RebuildFigures {
  readonly events: number;
  /** The whole command: its start, filling, indexes, comparing row by row, swapping. */
  readonly seconds: number;
  readonly perSecond: number;
}

interface CommandResult {
  readonly code: number;
  readonly output: string;
}

const command = async ({ script, env }: Lab, args: readonly string[]): Promise<CommandResult> => {
  const environment = { ...process.env, ...env };
  const child = spawn(process.execPath, [script('cli/main.js'), ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code: code ?? -1, output: Buffer.concat(chunks).toString() };
};

/** `tributary rebuild`. @throws Error when the new tables are not like the live ones */
export const rebuildRound = async (session: Session): Promise<RebuildFigures> => {
  await settle(session);
  const startMs = performance.now();
  const { code, output } = await command(session.lab, ['rebuild', '--json']);
  const seconds = (performance.now() - startMs) / 1000;
  if (code !== 0) throw new Error(`rebuild ended with ${code}: ${output}`);
  const report = JSON.parse(output) as { readonly events: number; readonly equal: boolean };
  if (!report.equal) throw new Error(`the rebuilt tables differ: ${output}`);
  return { events: report.events, seconds, perSecond: report.events / seconds };
};

export interface AuditFigures {
  readonly events: number;
  readonly orgs: number;
}

/** `tributary audit`. @throws Error when it finds anything: then the run has no numbers */
export const audit = async (session: Session): Promise<AuditFigures> => {
  await settle(session);
  const { code, output } = await command(session.lab, ['audit', '--json']);
  if (code !== 0) throw new Error(`audit ended with ${code}: ${output}`);
  const report = JSON.parse(output) as { readonly ok: boolean; readonly events: number; readonly orgs: unknown[] };
  if (!report.ok) throw new Error(`the audit found something: ${output}`);
  return { events: report.events, orgs: report.orgs.length };
};
