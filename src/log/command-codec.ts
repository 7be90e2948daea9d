import { createHash } from 'node:crypto';
import type { Command } from '../domain/command.js';
import type { OrgId } from '../domain/kernel/ids.js';

/** The bytes of a command record: the command as JSON. */
export const encodeCommand = (command: Command): Buffer => Buffer.from(JSON.stringify(command));

/** What could be read of a record that is no command. */
export interface CommandRemains {
  /** The id, or a name made from the bytes: the same bytes are always called the same. */
  readonly commandId: string;
  readonly orgId: OrgId | null;
  readonly replyTo: Command['replyTo'];
}

/** Bytes that are no command: they go to the dead letters, the partition goes on. */
export class CommandUnreadable extends Error {
  override readonly name = 'CommandUnreadable';
  constructor(
    reason: string,
    readonly remains: CommandRemains,
  ) {
    super(reason);
  }
}

/**
 * Checks the envelope only: `data` was validated by its sender, and a decision that throws over it is dead-lettered.
 * @throws CommandUnreadable
 */
export const decodeCommand = (value: Buffer): Command => {
  const json = parse(value);
  const missing = json === null ? 'it is not a JSON object' : whatIsWrong(json);
  if (missing !== null) throw new CommandUnreadable(`unreadable command: ${missing}`, remainsOf(value, json));
  return json as unknown as Command;
};

/** The id under which a record is known in the log, whether or not it can be read as a command. */
export const commandIdOf = (value: Buffer): string => remainsOf(value, parse(value)).commandId;

type Json = Readonly<Record<string, unknown>>;

const parse = (value: Buffer): Json | null => {
  try {
    const json: unknown = JSON.parse(value.toString());
    return isObject(json) ? json : null;
  } catch {
    return null; // The caller turns it into CommandUnreadable with the bytes at hand.
  }
};

const isObject = (json: unknown): json is Json => typeof json === 'object' && json !== null && !Array.isArray(json);

const whatIsWrong = (json: Json): string | null => {
  if (typeof json['id'] !== 'string' || json['id'] === '') return 'id';
  if (typeof json['type'] !== 'string') return 'type';
  if (typeof json['orgId'] !== 'string' || json['orgId'] === '') return 'orgId';
  if (!isObject(json['data'])) return 'data';
  if (typeof json['sentAtMs'] !== 'number') return 'sentAtMs';
  if (json['waitMs'] !== null && typeof json['waitMs'] !== 'number') return 'waitMs';
  return json['replyTo'] === null || replyToOf(json['replyTo']) !== null ? null : 'replyTo';
};

const replyToOf = (json: unknown): Command['replyTo'] =>
  isObject(json) && typeof json['instance'] === 'string' && Number.isInteger(json['partition'])
    ? { instance: json['instance'], partition: json['partition'] as number }
    : null;

const remainsOf = (value: Buffer, json: Json | null): CommandRemains => {
  const { id, orgId, replyTo } = json ?? {};
  return {
    commandId:
      typeof id === 'string' && id !== ''
        ? id
        : `unreadable-${createHash('sha256').update(value).digest('hex').slice(0, 32)}`,
    orgId: typeof orgId === 'string' && orgId !== '' ? (orgId as OrgId) : null,
    replyTo: replyToOf(replyTo),
  };
};
