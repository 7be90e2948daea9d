import type { Command } from '../domain/command.js';
import type { Clock } from '../domain/kernel/clock.js';
import { Overloaded } from '../log/errors.js';
import { AppendUnknown } from '../log/log.js';
import type { Logger } from '../observability/logger.js';
import { Unavailable } from './outcomes.js';
import type { CommandOutbox, CommandReply, ReplyInbox } from './ports.js';

export interface ExchangeOptions {
  readonly sender: CommandOutbox;
  readonly replies: ReplyInbox;
  readonly clock: Clock;
  readonly waitMs: number;
  readonly logger: Logger;
}

/** The share of the wait after which a command without an answer is sent a second time. */
const RESEND_AFTER = 1 / 3;
const OVERLOADED_RETRY_AFTER_S = 1;
const NO_ANSWER_RETRY_AFTER_S = 2;

/**
 * Sends a command and waits for its reply. An owner that crashed may have appended without replying: so the same
 * command (same id) goes out once more after a third of the wait, and the new owner answers it from its memory.
 * @throws Unavailable
 */
export const exchange = (command: Command, options: ExchangeOptions): Promise<CommandReply> => {
  const { sender, replies, clock, waitMs, logger } = options;
  const waiting = replies.wait(command.id);
  return new Promise((resolve, reject) => {
    const resendAfterMs = Math.floor(waitMs * RESEND_AFTER);
    let cancelTimer = clock.after(resendAfterMs, () => {
      cancelTimer = clock.after(waitMs - resendAfterMs, () =>
        give(new Unavailable('no_answer', NO_ANSWER_RETRY_AFTER_S)),
      );
      // The first copy may still be answered, whatever becomes of the second.
      sender.send(command).catch((error: unknown) => logger.warn({ command: command.id, error }, 'not sent again'));
    });
    const give = (error: unknown): void => {
      cancelTimer();
      waiting.cancel();
      reject(error);
    };
    waiting.reply.then((reply) => {
      cancelTimer();
      resolve(reply);
    }, give);
    sender.send(command).catch((error: unknown) => {
      // It may stand in the log all the same: the second copy finds out.
      if (error instanceof AppendUnknown) logger.warn({ command: command.id, error }, 'sent with unknown outcome');
      else give(error instanceof Overloaded ? new Unavailable('overloaded', OVERLOADED_RETRY_AFTER_S, error) : error);
    });
  });
};
