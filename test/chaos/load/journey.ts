import type { Random } from '../random.js';
import { waited } from '../waiting.js';
import type { Client } from './client.js';
import { isAccepted, type Answer } from './history.js';

/** Persons of one org that some client has recorded: clients meet at the same ones. */
export type Acquaintances = { readonly slug: string; readonly personId: string }[];

export interface JourneyOptions {
  readonly client: Client;
  /** Unique per run and client. */
  readonly name: string;
  readonly known: Acquaintances;
  /** No new work is begun any more; what is open is polled to its end. */
  readonly isStopping: () => boolean;
  readonly isOver: () => boolean;
}

const POLL_MS = { min: 100, max: 500 };
const PHONES_SHARE = 0.25;
const KNOWN_PERSON_SHARE = 0.3;
const TWICE_AT_ONCE_SHARE = 0.25;
const ONCE_MORE_SHARE = 0.4;
const BALANCE_SHARE = 0.3;
const PERSON_AGAIN_SHARE = 0.1;
const SEND_POSITION_SHARE = 0.5;

/** SB-02; the others are ordinary persons. `timeout` waits for the enrichment's maximum age, so it is rare. */
const ORDINARY_SHARE = 0.3;
const WORDS =
  'found found-2 found-3 notfound error error-then-found slow-1 slow-3 ratelimited badshape twice optout'.split(' ');
const TIMEOUT_SHARE = 0.005;

/** What one customer does over and over: record somebody, ask, ask again, look until it has ended. */
export const travel = async (options: JourneyOptions): Promise<void> => {
  for (let round = 0; !options.isStopping(); round += 1) {
    const personId = await somebody(options, round);
    if (personId === null) continue;
    const field = options.client.random.chance(PHONES_SHARE) ? 'phones' : 'emails';
    await enrich(options, personId, field);
    if (options.client.random.chance(BALANCE_SHARE)) await options.client.balance();
  }
};

const HURRY_MS = { min: 5, max: 30 };

/** A customer's program without patience: it asks for persons that are known, mostly once more, as fast as it may. */
export const hurry = async ({ client, known, isStopping }: JourneyOptions): Promise<void> => {
  while (!isStopping()) {
    if (known.length > 0) await client.request(client.random.pick(known).personId, 'emails');
    await waited(client.random.between(HURRY_MS));
  }
};

const somebody = async ({ client, name, known }: JourneyOptions, round: number): Promise<string | null> => {
  const { random } = client;
  if (known.length > 0 && random.chance(KNOWN_PERSON_SHARE)) return random.pick(known).personId;
  const slug = `chaos-${name}-${round}${magic(random)}`;
  const answer = await client.recordPerson(slug);
  if (answer === null || answer.personId === null) return null;
  if (random.chance(PERSON_AGAIN_SHARE)) await client.recordPerson(slug);
  known.push({ slug, personId: answer.personId });
  return answer.personId;
};

const magic = (random: Random): string => {
  if (random.chance(TIMEOUT_SHARE)) return '-tb-timeout';
  return random.chance(ORDINARY_SHARE) ? '' : `-tb-${random.pick(WORDS)}`;
};

const enrich = async (options: JourneyOptions, personId: string, field: string): Promise<void> => {
  const { client } = options;
  const atOnce = client.random.chance(TWICE_AT_ONCE_SHARE) ? 2 : 1;
  const answers = await Promise.all(Array.from({ length: atOnce }, () => client.request(personId, field)));
  const accepted = answers.find((answer) => answer !== null && isAccepted(answer));
  if (accepted === undefined || accepted === null) return;
  await lookUntilEnded(options, { personId, field, accepted });
  if (!client.random.chance(ONCE_MORE_SHARE) || options.isStopping()) return;
  const again = await client.request(personId, field);
  if (again !== null && isAccepted(again)) await lookUntilEnded(options, { personId, field, accepted: again });
};

interface Asked {
  readonly personId: string;
  readonly field: string;
  readonly accepted: Answer;
}

const lookUntilEnded = async (options: JourneyOptions, { personId, field, accepted }: Asked): Promise<void> => {
  const { client, isOver } = options;
  const after = client.random.chance(SEND_POSITION_SHARE) ? accepted : null;
  while (!isOver()) {
    const found = await client.find(personId, field, after);
    if (found?.enrichment?.status !== 'pending') return;
    await waited(client.random.between(POLL_MS));
  }
};
