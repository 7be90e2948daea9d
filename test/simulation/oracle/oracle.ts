import type { Command } from '../../../src/domain/command.js';
import type { Topics } from '../../../src/log/log.js';
import type { MemoryBroker } from '../../../src/log/memory/memory-broker.js';
import type { Reply } from '../../../src/log/reply-codec.js';
import type { RarePaths } from '../world/rare-paths.js';
import { AnswerJudge } from './answer-judge.js';
import { OrgBook } from './org-book.js';
import { PartitionJudge } from './partition-judge.js';
import { demand } from './violation.js';

export interface OracleOptions {
  readonly broker: MemoryBroker;
  readonly topics: Topics;
  readonly paths: RarePaths;
}

/**
 * Reads the bytes of commands, events and dead letters by its own rules, keeps its own books of every org, and throws
 * a Violation at the first record or answer that they do not allow. It uses nothing of what it judges.
 */
export class Oracle {
  readonly judges: readonly PartitionJudge[];
  readonly books = new Map<string, OrgBook>();
  private readonly answers: readonly AnswerJudge[];
  private readonly dead = new Set<string>();
  private readDead = 0;

  constructor(private readonly options: OracleOptions) {
    const { broker, topics, paths } = options;
    const bookOf = (org: string): OrgBook => this.bookOf(org);
    const isDead = (partition: number, offset: number): boolean => this.dead.has(`${partition}:${offset}`);
    this.judges = broker.partitionsOf(topics.events).map((events, partition) => {
      const commands = broker.partition(topics.commands, partition);
      return new PartitionJudge({ partition, events, commands, paths, bookOf, isDead });
    });
    this.answers = this.judges.map((judge) => new AnswerJudge(judge, bookOf));
  }

  /** After every step. @throws Violation */
  look(): void {
    const { records } = this.options.broker.partition(this.options.topics.deadLetters, 0);
    for (; this.readDead < records.length; this.readDead += 1) {
      const letter = JSON.parse(records[this.readDead]!.value.toString()) as { partition: number; offset: string };
      this.dead.add(`${letter.partition}:${letter.offset}`);
    }
    for (const judge of this.judges) judge.look();
  }

  /** A client sees an answer. @throws Violation */
  heard(command: Command, reply: Reply): void {
    this.look();
    const { answer, position } = reply;
    const judge = this.answers[position?.partition ?? -1];
    demand(judge !== undefined, 'an answer has a place in the log', () => JSON.stringify(answer));
    this.options.paths.saw(answer.replayed ? 'answered again' : 'answered');
    judge.heard(command, reply);
  }

  get commands(): number {
    return this.judges.reduce((sum, { commands }) => sum + commands.ids, 0);
  }
  get commandRecords(): number {
    return this.judges.reduce((sum, { commands }) => sum + commands.asked.length, 0);
  }

  private bookOf(org: string): OrgBook {
    const known = this.books.get(org);
    if (known !== undefined) return known;
    const book = new OrgBook(org);
    this.books.set(org, book);
    return book;
  }
}
