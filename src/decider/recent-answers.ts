import type { RememberedAnswer } from '../domain/answers/remembered-answer.js';
import { instantOf } from '../domain/kernel/instant.js';
import type { StreamKey } from '../domain/streams.js';

interface Recent {
  readonly state: RememberedAnswer;
  /** seq of the last event in `state`. */
  readonly seq: number;
}

/** Of a text: where it says when it expires. Instants are all of one length and compare as text. */
const EXPIRES_AT = ['["'.length, '["2026-11-21T01:02:03.004Z'.length] as const;
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
      if (text.slice(...EXPIRES_AT) > now) return;
      this.delete(key);
    }
  }
}

type Fields = [
  expiresAt: RememberedAnswer['expiresAt'],
  seq: number,
  commandType: string,
  status: RememberedAnswer['status'],
  references: RememberedAnswer['references'],
  refusal: RememberedAnswer['refusal'],
  fingerprint: RememberedAnswer['fingerprint'],
];

const textOf = ({ seq, state }: Recent): string => {
  const { expiresAt, commandType, status, references, refusal, fingerprint } = state;
  const fields: Fields = [expiresAt, seq, commandType, status, references, refusal, fingerprint];
  return JSON.stringify(fields);
};

const recentOf = (text: string): Recent => {
  const [expiresAt, seq, commandType, status, references, refusal, fingerprint] = JSON.parse(text) as Fields;
  return { seq, state: { commandType, status, references, refusal, fingerprint, expiresAt } };
};

const bytesOf = (key: StreamKey, text: string): number => ENTRY_OVERHEAD_BYTES + key.length + text.length;
