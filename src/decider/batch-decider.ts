import { invariant } from '../domain/kernel/errors.js';
import type { Clock } from '../domain/kernel/clock.js';
import type { Command } from '../domain/command.js';
import type { StreamKey } from '../domain/streams.js';
import { CommandUnreadable, decodeCommand } from '../log/command-codec.js';
import type { LogRecord } from '../log/log.js';
import type { PendingEvent } from '../log/partition-writer.js';
import type { Slices } from '../observability/event-loop-slices.js';
import type { Logger } from '../observability/logger.js';
import { Batch, type BatchBounds } from './batch.js';
import { Missing, Unwritable, type CommandDecider } from './command-decider.js';
import type { CommandPlace, DecidedCommand } from './decided-command.js';
import type { DeciderLimits } from './limits.js';
import type { KnowingReader } from './overlay.js';

/** How often the core may name further streams for one command: identity → person → current → enrichment, and more. */
const ROUNDS_MAX = 12;

/** Broker and owner disagree about the time so much that deadlines would be decided wrongly (DESIGN §2.3). */
export class CommandFromFuture extends Error {
  override readonly name = 'CommandFromFuture';
  constructor(partition: number, { offset, timestampMs }: LogRecord, nowMs: number) {
    super(
      `commands partition ${partition}, offset ${offset}: stamped ${timestampMs - nowMs} ms ahead of the clock of this ` +
        'machine. Set the clocks of broker and service right, then start again',
    );
  }
}

export interface BatchDeciderOptions {
  readonly partition: number;
  readonly claim: string;
  readonly commands: CommandDecider;
  /** What is in memory; `load` brings cold streams into it. */
  readonly state: KnowingReader;
  readonly load: (keys: readonly StreamKey[]) => Promise<void>;
  readonly encodedBytes: (event: PendingEvent) => number;
  readonly clock: Clock;
  readonly slices: Slices;
  readonly limits: Pick<DeciderLimits, 'clockAheadMs' | 'loadStreams'>;
  readonly logger: Logger;
}

/** A record of the commands topic, read. */
interface Input<C = Command | CommandUnreadable> {
  readonly record: LogRecord;
  readonly command: C;
}

/** Cold streams of the first `count` inputs. */
interface Missed {
  readonly keys: readonly StreamKey[];
  readonly count: number;
}

/** Decides commands in offset order, as many as fit into one append. Changes nothing but what is loaded. */
export class BatchDecider {
  constructor(private readonly options: BatchDeciderOptions) {}

  /**
   * Covers one record at least; the rest is for the next batch.
   * @param timeMs time of the last event of the partition
   * @throws CommandFromFuture the first command is; whatever `load` throws
   */
  async decide(records: readonly LogRecord[], bounds: BatchBounds, timeMs: number): Promise<Batch> {
    const { partition, state, slices } = this.options;
    const batch = new Batch(partition, state, timeMs);
    for (const input of await this.prefetch(await this.inputsOf(records, bounds.commands))) {
      if (slices.areOver) await slices.breathe();
      if (!(await this.add(batch, input, bounds))) break;
    }
    batch.close();
    return batch;
  }

  private async inputsOf(records: readonly LogRecord[], max: number): Promise<readonly Input[]> {
    const { partition, clock, limits, slices } = this.options;
    const inputs: Input[] = [];
    for (const record of records.slice(0, max)) {
      if (record.timestampMs > clock.now() + limits.clockAheadMs) {
        if (inputs.length === 0) throw new CommandFromFuture(partition, record, clock.now());
        break;
      }
      if (slices.areOver) await slices.breathe();
      inputs.push({ record, command: readCommand(record.value) });
    }
    return inputs;
  }

  /** Loads what the commands need before any is decided, one statement per round; as many as that may name. */
  private async prefetch(inputs: readonly Input[]): Promise<readonly Input[]> {
    let reach = inputs;
    for (let round = 0; round < ROUNDS_MAX; round += 1) {
      const { keys, count } = await this.missingOf(reach);
      if (keys.length === 0) break;
      reach = reach.slice(0, count);
      await this.options.load(keys);
    }
    return reach;
  }

  private async missingOf(inputs: readonly Input[]): Promise<Missed> {
    const { limits, slices } = this.options;
    const keys = new Set<StreamKey>();
    let count = 0;
    for (const { command } of inputs) {
      if (keys.size >= limits.loadStreams) break;
      if (slices.areOver) await slices.breathe();
      count += 1;
      for (const key of this.missing(command)) keys.add(key);
    }
    return { keys: [...keys], count };
  }

  private missing(command: Command | CommandUnreadable): readonly StreamKey[] {
    if (command instanceof CommandUnreadable) return [];
    try {
      return this.options.commands.missing(command, this.options.state);
    } catch {
      return []; // Deciding it will throw the same again; there it is dead-lettered.
    }
  }

  /** False: the batch is full, the command starts the next one. */
  private async add(batch: Batch, { record, command }: Input, bounds: BatchBounds): Promise<boolean> {
    if (command instanceof CommandUnreadable) {
      this.report(record, command.remains.commandId, command);
      batch.addUnreadable(record, command);
      return true;
    }
    const input = { record, command };
    const decided = await this.decided(batch, input);
    const bytes = await this.bytesOf(decided);
    const fits = batch.bytes + bytes <= bounds.bytes;
    if (!fits && batch.commands > 0) return false;
    const counted = fits ? decided : this.fail(batch, input, bounds.because ?? tooLarge(bytes));
    batch.addDecided(record, command, { ...counted, bytes: fits ? bytes : await this.bytesOf(counted) });
    return true;
  }

  private async decided(batch: Batch, input: Input<Command>): Promise<DecidedCommand> {
    for (let round = 0; ; round += 1) {
      const decided = this.attempt(batch, input, round);
      if (!(decided instanceof Missing)) return decided;
      await this.options.load(decided.keys);
    }
  }

  private attempt(batch: Batch, input: Input<Command>, round: number): DecidedCommand | Missing {
    try {
      invariant(round < ROUNDS_MAX, `${input.command.type} names further streams without end`);
      return this.options.commands.decide(input.command, batch.state, this.placeOf(batch, input.record));
    } catch (error) {
      return this.fail(batch, input, error as Error);
    }
  }

  private fail(batch: Batch, { record, command }: Input<Command>, error: Error): DecidedCommand {
    this.report(record, command.id, error);
    return this.options.commands.fail(command, { ...this.placeOf(batch, record), error });
  }

  private placeOf(batch: Batch, record: LogRecord): CommandPlace {
    return { offset: record.offset, timeMs: batch.timeOf(record), claim: this.options.claim };
  }

  private report({ offset }: LogRecord, commandId: string, error: Error): void {
    const { logger, partition } = this.options;
    logger.error({ partition, offset: String(offset), commandId, err: error }, 'command goes to the dead letters');
  }

  /** Serializes them, which is most of what appending costs. */
  private async bytesOf({ events }: DecidedCommand): Promise<number> {
    const { encodedBytes, slices } = this.options;
    let bytes = 0;
    for (const event of events) {
      if (slices.areOver) await slices.breathe();
      bytes += encodedBytes(event);
    }
    return bytes;
  }
}

const tooLarge = (bytes: number): Unwritable => new Unwritable(`the events of one command take ${bytes} bytes`);

const readCommand = (value: Buffer): Command | CommandUnreadable => {
  try {
    return decodeCommand(value);
  } catch (error) {
    if (error instanceof CommandUnreadable) return error;
    throw error;
  }
};
