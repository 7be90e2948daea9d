import { NotSent } from './broker-connection.js';
import { NoAnswer } from './deadline.js';
import { BrokerRefused } from './protocol.js';

/** kafkajs' names for the codes of the group protocol. */
const REBALANCE = ['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'];
/** No later attempt can end differently: somebody has to change a configuration. */
const FATAL = [
  'GROUP_AUTHORIZATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_GROUP_ID',
  'INVALID_SESSION_TIMEOUT',
  'GROUP_MAX_SIZE_REACHED',
  'SASL_AUTHENTICATION_FAILED',
  'UNSUPPORTED_VERSION',
];

const COORDINATOR_STARTING = ['GROUP_COORDINATOR_NOT_AVAILABLE', 'GROUP_LOAD_IN_PROGRESS', 'NOT_COORDINATOR_FOR_GROUP'];

const typeOf = (error: unknown): string =>
  error instanceof Error && 'type' in error && typeof error.type === 'string' ? error.type : '';

/** The group goes on without this member's old place: join again at once. */
export const isRebalance = (error: unknown): boolean => REBALANCE.includes(typeOf(error));

export const isUnknownMember = (error: unknown): boolean => typeOf(error) === 'UNKNOWN_MEMBER_ID';

/** The group is being made, loaded or moved to another broker. */
export const isCoordinatorStarting = (error: unknown): boolean => COORDINATOR_STARTING.includes(typeOf(error));

/** Also whatever is neither a broker's answer nor a broken connection: a bug must not be retried for ever. */
export const isFatal = (error: unknown): error is Error =>
  FATAL.includes(typeOf(error)) || (error instanceof Error && !isFromKafka(error));

const isFromKafka = (error: Error): boolean =>
  [NotSent, NoAnswer, BrokerRefused].some((type) => error instanceof type) || error.name.startsWith('KafkaJS');
