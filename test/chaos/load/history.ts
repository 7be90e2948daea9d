/** What a client was answered; only what is compared later. */
export interface SeenEnrichment {
  readonly id: string;
  readonly personId: string;
  readonly field: string;
  readonly status: string;
  readonly dataFound: boolean | null;
  readonly transactionId: string | null;
  readonly reservationId: string | null;
  /** null while pending. */
  readonly captured: number | null;
  readonly released: number | null;
}

export interface SeenBalance {
  readonly balance: number;
  readonly reserved: number;
  readonly available: number;
}

export type Question = 'record person' | 'request' | 'find' | 'balance';

/** One question to one process and what came back. Times are ms of one monotonic clock of the driver. */
export interface Answer {
  readonly question: Question;
  readonly client: string;
  readonly process: string;
  readonly orgId: string;
  /** `record person`: the LinkedIn slug. `request` and `find`: `<personId>/<field>`. `balance`: empty. */
  readonly about: string;
  /** Unique; the log's `correlationid`. */
  readonly requestId: string;
  readonly askedMs: number;
  readonly answeredMs: number;
  /** The position that was sent back, and the enrichment that it was the answer for. */
  readonly after: { readonly position: string; readonly enrichmentId: string } | null;
  /** null: no answer (broken socket, none in time). */
  readonly status: number | null;
  /** Of an error. */
  readonly code: string | null;
  readonly reason: string | null;
  readonly position: string | null;
  /** X-Credits-Reserved, X-Credits-Available */
  readonly reserved: number | null;
  readonly available: number | null;
  readonly enrichment: SeenEnrichment | null;
  readonly personId: string | null;
  readonly balance: SeenBalance | null;
}

/** Everything that all clients were told, in the order of the answers. */
export class History {
  readonly answers: Answer[] = [];

  add(answer: Answer): void {
    this.answers.push(answer);
  }

  /** Questions with any answer that is neither 503 nor a broken socket. */
  get acknowledged(): number {
    return this.answers.filter(({ status }) => status !== null && status !== 503).length;
  }
}

/** Worth asking again as it was. */
export const isUnanswered = ({ status }: Pick<Answer, 'status'>): boolean => status === null || status === 503;

export const isAccepted = ({ status }: Pick<Answer, 'status'>): boolean => status === 200 || status === 201;
