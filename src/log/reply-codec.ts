import type { CommandId } from '../domain/kernel/ids.js';
import type { Answer } from '../domain/decision.js';

/** The answer of the decider to one command, with the place of its events in the log. */
export interface Reply {
  readonly commandId: CommandId;
  readonly answer: Answer;
  /** null when the answer was remembered and nothing was appended for it. */
  readonly position: { readonly partition: number; readonly offset: bigint } | null;
}

interface WireReply {
  readonly instance: string;
  readonly commandId: CommandId;
  readonly answer: Answer;
  readonly position: { readonly partition: number; readonly offset: string } | null;
}

export const encodeReply = (instance: string, { commandId, answer, position }: Reply): Buffer => {
  const place = position === null ? null : { partition: position.partition, offset: String(position.offset) };
  return Buffer.from(JSON.stringify({ instance, commandId, answer, position: place } satisfies WireReply));
};

/** The reply, if it is meant for `instance`; instances share partitions, so most are not. @throws SyntaxError */
export const decodeReply = (instance: string, value: Buffer): Reply | null => {
  const wire = JSON.parse(value.toString()) as WireReply;
  if (wire.instance !== instance) return null;
  const { commandId, answer, position } = wire;
  return {
    commandId,
    answer,
    position: position && { partition: position.partition, offset: BigInt(position.offset) },
  };
};
