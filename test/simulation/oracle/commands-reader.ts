import type { Command } from '../../../src/domain/command.js';
import type { LogRecord } from '../../../src/log/log.js';

/** A record of the commands topic; `command` is null when it cannot be read as one. */
export interface Asked {
  readonly offset: number;
  /** When it is decided: the broker's time. */
  readonly timeMs: number;
  readonly command: Command | null;
}

/** Reads the commands of one partition, each once, and finds all copies of an id. */
export class CommandsReader {
  readonly asked: Asked[] = [];
  private readonly byId = new Map<string, number[]>();

  read({ offset, timestampMs, value }: LogRecord): void {
    const command = commandIn(value);
    this.asked.push({ offset: Number(offset), timeMs: timestampMs, command });
    if (command === null) return;
    const key = `${command.orgId}/${command.id}`;
    const offsets = this.byId.get(key) ?? [];
    offsets.push(Number(offset));
    this.byId.set(key, offsets);
  }

  /** Offsets of all records with this id, in order. */
  copiesOf({ orgId, id }: Pick<Command, 'orgId' | 'id'>): readonly number[] {
    return this.byId.get(`${orgId}/${id}`) ?? [];
  }

  get ids(): number {
    return this.byId.size;
  }
}

const TEXTS = ['id', 'type', 'orgId'];

const commandIn = (value: Buffer): Command | null => {
  try {
    const json: unknown = JSON.parse(value.toString());
    if (typeof json !== 'object' || json === null) return null;
    const fields = json as Readonly<Record<string, unknown>>;
    const isNamed = TEXTS.every((name) => typeof fields[name] === 'string' && fields[name] !== '');
    return isNamed && typeof fields['data'] === 'object' ? (json as Command) : null;
  } catch {
    return null; // Garbage is part of the test.
  }
};
