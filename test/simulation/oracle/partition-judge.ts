import type { MemoryPartition } from '../../../src/log/memory/memory-broker.js';
import type { RarePaths } from '../world/rare-paths.js';
import { CommandsReader, type Asked } from './commands-reader.js';
import { Decision } from './decision.js';
import { EventsReader, type Fact } from './events-reader.js';
import { expectationOf } from './expectation.js';
import type { OrgBook } from './org-book.js';
import { demand } from './violation.js';

export interface JudgeOptions {
  readonly partition: number;
  readonly events: MemoryPartition;
  readonly commands: MemoryPartition;
  readonly paths: RarePaths;
  readonly bookOf: (org: string) => OrgBook;
  /** Whether the command stands in the dead letters. */
  readonly isDead: (partition: number, offset: number) => boolean;
}

/** One partition: every command in offset order, with all of its events or with a reason to have none. */
export class PartitionJudge {
  readonly events: EventsReader;
  readonly commands = new CommandsReader();
  /** The last command that the log covers. */
  covered = -1;
  private readEvents = 0;
  private open: Decision | null = null;

  constructor(private readonly options: JudgeOptions) {
    this.events = new EventsReader(options.partition, options.paths);
  }

  /** Reads what is new. What is in the log at one moment is whole: a batch is atomic. */
  look(): void {
    const asked = this.options.commands.records;
    while (this.commands.asked.length < asked.length) this.commands.read(asked[this.commands.asked.length]!);
    const { records } = this.options.events;
    if (this.readEvents === records.length) return;
    while (this.readEvents < records.length) {
      const fact = this.events.read(records[this.readEvents]!);
      this.readEvents += 1;
      if (fact !== null) this.enter(fact);
    }
    this.close();
  }

  /** Offsets of commands that the log does not cover yet. */
  get uncovered(): number {
    return this.commands.asked.length - 1 - this.covered;
  }

  private enter(fact: Fact): void {
    if (fact.type === 'BatchDecided') return this.enterSilence(fact);
    if (fact.commandOffset === this.open?.offset) return this.open.enter(fact);
    this.close();
    this.silentBefore(fact.commandOffset, fact);
    const { bookOf, paths, isDead, partition } = this.options;
    const { command, timeMs } = this.askedAt(fact.commandOffset);
    demand(command !== null, 'what cannot be read is not executed', () => this.at(fact));
    this.covered = fact.commandOffset;
    const offset = fact.commandOffset;
    const book = bookOf(command.orgId);
    this.open = new Decision({ command, offset, timeMs, book, paths, isDead: isDead(partition, offset) });
    this.open.enter(fact);
  }

  /** The record of commands at the end of a batch that changed nothing. */
  private enterSilence(fact: Fact<'BatchDecided'>): void {
    this.close();
    const silent = fact.commandOffset - this.covered;
    demand(fact.data.commands === silent, 'BatchDecided counts its commands', () => `${silent}, ${this.at(fact)}`);
    this.silentBefore(fact.commandOffset + 1, fact);
    const { command, timeMs } = this.askedAt(fact.commandOffset);
    demand(command === null || command.id === fact.commandId, 'an event names its command', () => this.at(fact));
    demand(fact.timeMs === timeMs, 'an event has the time of its command', () => this.at(fact));
    this.covered = fact.commandOffset;
  }

  private close(): void {
    this.open?.close();
    this.open = null;
  }

  /** Commands are covered in order; those without events need a reason. */
  private silentBefore(offset: number, fact: Fact): void {
    demand(offset > this.covered, 'commandoffset grows, and no command is split over two appends', () => this.at(fact));
    for (let silent = this.covered + 1; silent < offset; silent += 1) this.judgeSilence(this.askedAt(silent));
    this.covered = offset - 1;
  }

  private judgeSilence({ command, timeMs, offset }: Asked): void {
    const { bookOf, isDead, partition, paths } = this.options;
    if (command === null) {
      paths.saw('unreadable command');
      demand(isDead(partition, offset), 'what cannot be read goes to the dead letters', () => `${partition}:${offset}`);
      return;
    }
    const expected = expectationOf(command, bookOf(command.orgId), timeMs);
    paths.saw('command that changed nothing');
    demand(expected === 'silence', 'no command is skipped', () => JSON.stringify({ offset, expected, command }));
  }

  private askedAt(offset: number): Asked {
    const asked = this.commands.asked[offset];
    demand(asked !== undefined, 'what is decided was asked', () => `${this.options.partition}:${offset}`);
    return asked;
  }

  private at(fact: Fact): string {
    return `partition ${this.options.partition}, ${this.covered} covered, ${JSON.stringify(fact)}`;
  }
}
