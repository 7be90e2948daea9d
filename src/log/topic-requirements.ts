import type { Topics } from './log.js';

/** How records survive (DESIGN §2.1): flushed before they are acknowledged, or held by several brokers. */
export type DurabilityClass = 'flushed single broker' | 'replicated';

/** Smallest value that does; -1 (unlimited) does for a retention. */
interface AtLeast {
  readonly atLeast: number;
}
export type ConfigRule = string | AtLeast;

export interface TopicRequirement {
  readonly name: string;
  readonly partitions: number;
  /** Exactly, or at least for replicated ones. */
  readonly replicationFactor: number;
  /** Checked on existing topics. */
  readonly rules: Readonly<Record<string, ConfigRule>>;
  /** Set when the topic is created, on top of the rules; operators may change them. */
  readonly defaults: Readonly<Record<string, string>>;
}

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const REPLY_PARTITIONS = 8;
export const REPLICAS = 3;
/**
 * A command's events may fill a batch of 4 MiB, and one batch is one message to a broker. Brokers' own
 * `message.max.bytes` does not matter then, and `replica.fetch.max.bytes` does not stop a larger batch.
 */
const MAX_MESSAGE_BYTES = 8 * 1024 * 1024;

type Rules = Readonly<Record<string, ConfigRule>>;

/** What every topic has to be like (DESIGN §2.1). */
export const requirementsFor = (
  topics: Topics,
  partitions: number,
  durability: DurabilityClass,
): readonly TopicRequirement[] => {
  const replicationFactor = durability === 'replicated' ? REPLICAS : 1;
  const common = commonRules(durability);
  const flushed = { ...common, ...flushRules(durability) };
  const topic = (name: string, count: number, rules: Rules, defaults: Readonly<Record<string, string>> = {}) =>
    ({ name, partitions: count, replicationFactor, rules, defaults }) satisfies TopicRequirement;
  const commandRules = { ...flushed, ...retention(7 * DAY_MS), 'message.timestamp.type': 'LogAppendTime' };
  const replyRules = { ...common, ...retention(10 * MINUTE_MS) };
  return [
    topic(topics.commands, partitions, commandRules),
    topic(topics.events, partitions, { ...flushed, 'retention.ms': '-1', 'retention.bytes': '-1' }),
    // Only closed segments are deleted.
    topic(topics.replies, REPLY_PARTITIONS, replyRules, { 'segment.ms': String(10 * MINUTE_MS) }),
    topic(topics.deadLetters, 1, { ...common, ...retention(30 * DAY_MS) }),
  ];
};

const commonRules = (durability: DurabilityClass): Rules => {
  const common = { 'cleanup.policy': 'delete', 'max.message.bytes': { atLeast: MAX_MESSAGE_BYTES } };
  if (durability === 'flushed single broker') return { ...common, 'min.insync.replicas': '1' };
  return { ...common, 'min.insync.replicas': { atLeast: 2 }, 'unclean.leader.election.enable': 'false' };
};

/** Without replicas, an acknowledged record has to be on the disk. */
const flushRules = (durability: DurabilityClass): Rules =>
  durability === 'flushed single broker' ? { 'flush.messages': '1' } : {};

const retention = (ms: number): Rules => ({ 'retention.ms': { atLeast: ms } });

/** The value that a rule asks for when the topic is created. */
export const valueFor = (rule: ConfigRule): string => (typeof rule === 'string' ? rule : String(rule.atLeast));

export const satisfies = (rule: ConfigRule, value: string | undefined): boolean => {
  if (typeof rule === 'string') return value === rule;
  const number = Number(value);
  return number === -1 || number >= rule.atLeast;
};
