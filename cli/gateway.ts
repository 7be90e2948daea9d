import { randomUUID } from 'node:crypto';
import { AnsweredPositions } from '../src/commands/answered-positions.js';
import { CommandGateway } from '../src/commands/gateway.js';
import { partitionOf } from '../src/log/partition.js';
import { CommandSender } from '../src/log/command-sender.js';
import { Replies } from '../src/log/replies.js';
import { systemClock } from '../src/observability/clock.js';
import type { Connection } from './connection.js';

/** A command needs a running decider: the gateway of this process speaks to it through the topics. */
export const withGateway = async <T>(
  { log, topics, config, logger }: Connection,
  work: (gateway: CommandGateway) => Promise<T>,
): Promise<T> => {
  const onFatal = (error: Error): void => {
    logger.fatal({ err: error }, 'the replies cannot be read');
  };
  const sender = new CommandSender({ log, topics });
  const replies = new Replies({ log, topics, instance: randomUUID(), logger, onFatal });
  await replies.start();
  try {
    const partitions = await log.partitions(topics.commands);
    const gateway = new CommandGateway({
      sender,
      replies,
      clock: systemClock,
      waitMs: config.commandWaitMs,
      logger,
      partitionOf: (orgId) => partitionOf(orgId, partitions),
      answered: new AnsweredPositions(systemClock),
    });
    return await work(gateway);
  } finally {
    await sender.close();
    await replies.stop();
  }
};
