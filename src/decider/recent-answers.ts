import type { RememberedAnswer } from '../domain/answers/remembered-answer.js';
import { instantOf, type Instant } from '../domain/kernel/instant.js';
import type { StreamKey } from '../domain/streams.js';

interface Recent {
  readonly state: RememberedAnswer;
  /** seq of the last event in `state`. */
  readonly seq: number;
}

/** Of an instant as text; instants compare as text. */
const INSTANT_LENGTH = 24;
/** Two strings and their place in the map. */
const ENTRY_OVERHEAD_BYTES = 80;

/**
 * The streams `recent/…` of one partition. There are many of them (70 s of commands) and hardly one is ever looked at
 * again, so each is kept as one flat text, about half of what it takes as an object; when it expires stands first.
 */
export class RecentAnswers {
  private readonly texts = new Map<StreamKey, string>();
  private sum = 0;

  get bytes(): number {
    return this.sum;
  }

  get(key: StreamKey): Recent | undefined {
    const text = this.texts.get(key);
    return text === undefined ? undefined : recentOf(text);
  }

  set(key: StreamKey, recent: Recent): void {
    this.delete(key);
    const text = textOf(recent);
    this.texts.set(key, text);
    this.sum += bytesOf(key, text);
  }

  delete(key: StreamKey): void {
    const text = this.texts.get(key);
    if (text === undefined) return;
    this.texts.delete(key);
    this.sum -= bytesOf(key, text);
  }

  /** Forgets what has expired at `nowMs`; answers stand about in the order of expiry. */
  prune(nowMs: number): void {
    const now = instantOf(nowMs);
    for (const [key, text] of this.texts) {
      if (text.slice(0, INSTANT_LENGTH) > now) return;
      this.delete(key);
    }
  }
}

type Fields = [
  seq: number,
  commandType: string,
  status: RememberedAnswer['status'],
  references: RememberedAnswer['references'],
  refusal: RememberedAnswer['refusal'],
  fingerprint: RememberedAnswer['fingerprint'],
];

const textOf = ({ seq, state }: Recent): string => {
  const { expiresAt, commandType, status, references, refusal, fingerprint } = state;
  const fields: Fields = [seq, commandType, status, references, refusal, fingerprint];
  return expiresAt + JSON.stringify(fields);
};

const recentOf = (text: string): Recent => {
  const expiresAt = text.slice(0, INSTANT_LENGTH) as Instant;
  const fields = JSON.parse(text.slice(INSTANT_LENGTH)) as Fields;
  const [seq, commandType, status, references, refusal, fingerprint] = fields;
  return { seq, state: { commandType, status, references, refusal, fingerprint, expiresAt } };
};

const bytesOf = (key: StreamKey, text: string): number => ENTRY_OVERHEAD_BYTES + key.length + text.length;
