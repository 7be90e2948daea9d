import type { Logger } from '../observability/logger.js';
import { KafkaAdmin, type TopicDescription } from './kafka/kafka-admin.js';
import type { Topics } from './log.js';
import {
  REPLICAS,
  requirementsFor,
  satisfies,
  valueFor,
  type DurabilityClass,
  type TopicRequirement,
} from './topic-requirements.js';

export type { DurabilityClass };

/** 30 s in all. */
const BROKER_CHECKS = 30;
const BROKER_CHECK_MS = 1_000;

export interface ProvisionOptions {
  /** `host:port` each; more than one means a cluster, whoever is up now. */
  readonly brokers: readonly string[];
  readonly topics: Topics;
  /** Of commands and events; fixed at installation, because it decides where an org lives. */
  readonly partitions: number;
  readonly logger: Logger;
}

/** Topics are not as they have to be; every difference is named. The process must not start. */
export class TopicMismatch extends Error {
  override readonly name = 'TopicMismatch';
  constructor(readonly differences: readonly string[]) {
    super(`the topics are not as they have to be:\n${differences.join('\n')}`);
  }
}

/**
 * Creates the topics that are missing and verifies the others (DESIGN §2.1); changes no existing topic.
 * @throws TopicMismatch
 */
export const provisionTopics = async (options: ProvisionOptions): Promise<DurabilityClass> => {
  const { brokers, topics, partitions, logger } = options;
  const admin = await KafkaAdmin.connect({ brokers, clientId: 'tributary-topics', logger });
  try {
    const names = Object.values(topics) as string[];
    const existing = await admin.describeTopics(names);
    const isComplete = names.every((name) => existing.has(name));
    const up = isComplete ? await admin.brokerCount() : await brokersUp(admin, brokers.length > 1 ? REPLICAS : 1);
    const durability = durabilityOf(Math.max(up, brokers.length), existing);
    const requirements = requirementsFor(topics, partitions, durability);
    const differences = differencesOf(requirements, existing);
    if (differences.length > 0) throw new TopicMismatch(differences);
    for (const requirement of requirements) {
      if (existing.has(requirement.name)) continue;
      await admin.createTopic({ ...requirement, configs: configsOf(requirement) });
      logger.info({ topic: requirement.name, partitions: requirement.partitions }, 'topic created');
    }
    logger.info({ durability }, 'topics are in place');
    return durability;
  } finally {
    await admin.close();
  }
};

type Existing = ReadonlyMap<string, TopicDescription>;

/** Brokers that start together with us: topics made before all are up would miss their replicas for ever. */
const brokersUp = async (admin: KafkaAdmin, wanted: number): Promise<number> => {
  for (let attempt = 1; ; attempt += 1) {
    const up = await admin.brokerCount();
    if (up >= wanted || attempt >= BROKER_CHECKS) return up;
    await new Promise((resolve) => setTimeout(resolve, BROKER_CHECK_MS));
  }
};

/** Brokers may be down: what we were told and the topics were made for counts as much as who answers. */
const durabilityOf = (brokers: number, existing: Existing): DurabilityClass => {
  const replicated = [...existing.values()].some(({ replicationFactor }) => replicationFactor >= REPLICAS);
  if (brokers === 1 && !replicated) return 'flushed single broker';
  if (brokers >= REPLICAS || replicated) return 'replicated';
  throw new TopicMismatch([`${brokers} brokers: run one (records are flushed) or at least ${REPLICAS} (replicated)`]);
};

const configsOf = ({ rules, defaults }: TopicRequirement): Record<string, string> => ({
  ...Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, valueFor(rule)])),
  ...defaults,
});

const differencesOf = (requirements: readonly TopicRequirement[], existing: Existing): readonly string[] =>
  requirements.flatMap((requirement) => {
    const topic = existing.get(requirement.name);
    return topic ? topicDifferences(requirement, topic) : [];
  });

const topicDifferences = (required: TopicRequirement, actual: TopicDescription): readonly string[] => {
  const differ = (what: string, is: unknown, wanted: string): string =>
    `${required.name}: ${what} is ${String(is)}, not ${wanted}`;
  const counts = [
    required.partitions === actual.partitions
      ? []
      : [differ('the number of partitions', actual.partitions, String(required.partitions))],
    required.replicationFactor <= actual.replicationFactor
      ? []
      : [differ('the replication factor', actual.replicationFactor, `at least ${required.replicationFactor}`)],
  ].flat();
  const configs = Object.entries(required.rules)
    .filter(([name, rule]) => !satisfies(rule, actual.configs[name]))
    .map(([name, rule]) => differ(name, actual.configs[name], wordsOf(rule)));
  return [...counts, ...configs];
};

const wordsOf = (rule: TopicRequirement['rules'][string]): string =>
  typeof rule === 'string' ? rule : `at least ${rule.atLeast}`;
