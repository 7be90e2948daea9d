import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { lastLines } from '../../src/embedded/run.js';
import { Tally } from './faults/tally.js';
import { Crowd } from './load/crowd.js';
import { History } from './load/history.js';
import type { Acquaintances } from './load/journey.js';
import { revisit } from './load/revisit.js';
import type { Finding } from './oracle/finding.js';
import type { Profile } from './profile.js';
import { Random } from './random.js';
import { buildInto } from './stack/build.js';
import { environmentOf } from './stack/environment.js';
import { Fleet } from './stack/fleet.js';
import { Servers } from './stack/servers.js';
import type { OwnExit } from './stack/service-process.js';
import { createTenants, type Tenant } from './stack/tenants.js';
import { Tool } from './stack/tool.js';
import { eventually } from './waiting.js';

export interface RunOptions {
  readonly profile: Profile;
  readonly seed: number;
  /** Data, code and logs of this run; the caller deletes it. */
  readonly folder: string;
  /** Logs, answers and events outlive the run even when it finds nothing. */
  readonly keepsEvidence: boolean;
  /** Progress, a line each. */
  readonly say: (line: string) => void;
}

/** A process that ends this often before all are ready will not get ready. */
const STARTS_MAX = 3;

/** The stack of one run, everything that is observed on it, and what was found. */
export class Run {
  readonly history = new History();
  readonly tally = new Tally();
  readonly findings: Finding[] = [];
  readonly random: Random;
  tenants: readonly Tenant[] = [];
  /** Persons that clients have recorded, by org; cleared when some of them may be lost. */
  readonly known = new Map<string, Acquaintances>();
  private crowds = 0;

  private constructor(
    readonly options: RunOptions,
    readonly servers: Servers,
    readonly fleet: Fleet,
    readonly tool: Tool,
  ) {
    this.random = new Random(options.seed);
  }

  /** Builds, starts servers and processes, and makes the orgs. */
  static async open(options: RunOptions): Promise<Run> {
    const { folder, profile, say } = options;
    mkdirSync(join(folder, 'logs'), { recursive: true });
    const [dist, servers] = await Promise.all([buildInto(folder), Servers.start(folder)]);
    try {
      const environment = environmentOf(servers, profile);
      const onOwnExit = ({ name, code, signal, lastWords }: OwnExit): void =>
        say(`${name} ended by itself (${signal ?? `code ${code}`}): ${lastWords}`);
      const fleet = await Fleet.create({ folder, dist, environment, onOwnExit }, profile.processes);
      const run = new Run(options, servers, fleet, new Tool(dist, environment));
      try {
        fleet.start();
        await run.requireStart();
        run.tenants = await createTenants(environment, profile.orgs);
        say(`${profile.processes} processes are ready, ${profile.orgs} orgs have credits`);
        return run;
      } catch (error) {
        fleet.destroy();
        throw error;
      }
    } catch (error) {
      await servers.stop();
      throw error;
    }
  }

  get profile(): Profile {
    return this.options.profile;
  }

  say(line: string): void {
    this.options.say(line);
  }

  /** Clients begin; `finish` it. */
  crowd(name: string): Crowd {
    const { tenants, fleet, history, known } = this;
    const { clients, hurried, answerMs } = this.profile;
    const random = this.random.fork(this.crowds++);
    const targets = fleet.processes;
    const crowd = { clients, hurried, tenants, targets, history, random, known, answerMs };
    return new Crowd({ ...crowd, name: `${this.options.seed}-${name}` });
  }

  /** Looks again at what was accepted before. */
  revisit(): Promise<void> {
    const { tenants, fleet, history } = this;
    const { answerMs } = this.profile;
    const random = this.random.fork(this.crowds++);
    const name = `${this.options.seed}-again-${this.crowds}`;
    return revisit({ tenants, targets: fleet.processes, history, random, answerMs, name });
  }

  async requireReady(when: string): Promise<void> {
    const { recoveryMs } = this.profile;
    for (const name of await this.fleet.notReadyWithin(recoveryMs)) {
      this.findings.push({ kind: 'recovery', what: `${name} was not ready within ${recoveryMs} ms ${when}` });
    }
  }

  private async requireStart(): Promise<void> {
    const { fleet, profile } = this;
    let isOver = false;
    const isHopeless = (): boolean => fleet.ownExits.length > STARTS_MAX * fleet.processes.length;
    const areReady = fleet.notReadyWithin(profile.recoveryMs).then((names) => names.length === 0);
    const gaveUp = eventually(() => isOver || isHopeless(), profile.recoveryMs).then(() => false);
    const isReady = await Promise.race([areReady, gaveUp]);
    isOver = true;
    if (isReady) return;
    const said = fleet.processes.map(({ name, output }) => `${name} said:\n${lastLines(output)}`);
    throw new Error(`the processes did not get ready\n${said.join('\n')}`);
  }

  /** Ends everything it has started. */
  async close(): Promise<void> {
    this.fleet.destroy();
    await this.servers.stop();
  }
}
