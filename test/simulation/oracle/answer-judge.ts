import type { Command } from '../../../src/domain/command.js';
import type { Answer } from '../../../src/domain/decision.js';
import type { Reply } from '../../../src/log/reply-codec.js';
import { alike } from './alike.js';
import { isFleeting, lastMsOf, usesUpKey, type Answered } from './memory-book.js';
import type { OrgBook } from './org-book.js';
import type { PartitionJudge } from './partition-judge.js';
import { demand } from './violation.js';

type Given = Extract<Answer, { readonly kind: 'answered' }>;

/** What is shown to whom: the copy of the command that is answered, and the decision it is answered from. */
interface Backing {
  readonly command: Command;
  readonly copy: number;
  /** undefined: what needs no memory is judged anew for every copy. */
  readonly decision: Answered | undefined;
}

interface Told {
  readonly essence: string;
  readonly decision: Answered;
  /** The last moment at which the command could be decided. */
  readonly lastMs: number;
}

/** Holds what a client was told against the log as it is at that very moment. */
export class AnswerJudge {
  private readonly told = new Map<string, Told>();

  constructor(
    private readonly judge: PartitionJudge,
    private readonly bookOf: (org: string) => OrgBook,
  ) {}

  heard(command: Command, reply: Reply): void {
    const offset = Number(reply.position?.offset ?? -1n);
    const kind = this.judge.events.kinds[offset];
    demand(kind === 'event' || kind === 'duplicate', 'an answer stands on a record that counts', () =>
      textOf(command, reply),
    );
    const upTo = this.judge.events.commands[offset] ?? -1;
    const copies = this.judge.commands.copiesOf(command).filter((copy) => copy <= upTo);
    const backing = copies
      .map((copy) => this.backingOf(command, copy))
      .find((tried) => this.backs(tried, reply.answer));
    demand(backing !== undefined, 'an answer is backed by the log', () => textOf(command, reply));
    if (backing.decision !== undefined) this.neverContradicts(backing.decision, command, reply);
  }

  private backingOf(command: Command, copy: number): Backing {
    const decision = this.bookOf(command.orgId).memory.decisionFor(command.id, copy);
    return { command, copy, decision };
  }

  private backs(backing: Backing, answer: Answer): boolean {
    const { decision, copy, command } = backing;
    if (answer.kind === 'answered' && command.type === 'ExpireEnrichment') return this.shows(backing, answer);
    if (decision === undefined || (decision.offset === copy) === answer.replayed) return false;
    const { refused } = decision;
    if (answer.kind === 'answered') return refused === null && this.shows(backing, answer);
    const { code, reason, details } = answer.refusal;
    if (refused?.code !== code || refused.reason !== reason) return false;
    return alike(refused.details, details ?? null);
  }

  /** The result is what the books say, as the copy of the command left them. */
  private shows(backing: Backing, { result }: Given): boolean {
    const shown = shownOf(backing, this.bookOf(backing.command.orgId));
    return shown !== null && alike(shown, result);
  }

  /**
   * Two answers for one id and one request name the same things, unless the first was forgotten before the second, or
   * was a refusal that left the key free for whoever sends it later.
   */
  private neverContradicts(decision: Answered, command: Command, reply: Reply): void {
    const essence = essenceOf(reply.answer);
    if (essence === null) return;
    const key = `${command.orgId}/${command.id}/${command.fingerprint}`;
    const before = this.told.get(key);
    const now = { essence, decision, lastMs: lastMsOf(command) };
    this.told.set(key, now);
    if (before === undefined || before.essence === essence) return;
    const [first, second] = before.decision.offset <= decision.offset ? [before, now] : [now, before];
    const { untilMs, refused } = first.decision;
    const forgotten = untilMs <= second.decision.timeMs;
    const keyWasFree = command.keyed && refused !== null && !usesUpKey(refused.code) && second.lastMs >= untilMs;
    const text = (): string => `${before.essence}, then ${textOf(command, reply)}`;
    demand(forgotten || keyWasFree, 'two answers never contradict', text);
  }
}

const shownOf = ({ command, copy, decision }: Backing, book: OrgBook): object | null => {
  const { balance, available } = book.credits.after(copy);
  const references = decision?.references ?? [];
  switch (command.type) {
    case 'RecordPerson':
      return personShown(book, { id: references[0] ?? '', copy, decided: decision?.offset ?? -1 });
    case 'RequestEnrichments': {
      const pages = references.flatMap((id) => book.enrichments.get(id) ?? []);
      const created = pages.filter(({ request }) => request.commandOffset === decision?.offset);
      const reserved = created.reduce((sum, { request }) => sum + request.data.reservedPrice, 0);
      return { enrichments: pages.map((page) => page.after(copy)), created: created.length, reserved, available };
    }
    case 'CancelEnrichment':
      return { enrichment: book.enrichments.get(references[0] ?? '')?.after(copy) ?? null, available };
    case 'ExpireEnrichment':
      return { enrichment: book.enrichments.get(command.data.enrichmentId)?.after(copy) ?? null };
    case 'GrantCredits':
      return { grantId: references[0], balance, available };
    case 'AdjustCredits':
      return { transactionId: references[0], balance, available };
    case 'RefundEnrichment': {
      const amount = book.enrichments.get(command.data.enrichmentId)?.refunded?.amount;
      return { transactionId: references[0], amount, balance, available };
    }
    case 'ChangeSettings':
      return { settings: book.spending.settingsAfter(copy) };
    case 'EstimateEnrichments':
    case 'RecordProviderResponse':
    case 'ExpireGrants':
    case 'CheckpointLedger':
      return null;
  }
};

const personShown = (
  book: OrgBook,
  { id, copy, decided }: { readonly id: string; readonly copy: number; readonly decided: number },
): object | null => {
  const page = book.persons.after(id, copy);
  if (page === undefined) return null;
  const { keyId, sealed, recordedAt } = page;
  return { personId: id, existing: book.persons.createdBy(id) !== decided, keyId, sealed, recordedAt };
};

/** What must stay the same; null when it says nothing about the request. */
const essenceOf = (answer: Answer): string | null => {
  if (answer.kind === 'refused') {
    const { code, reason } = answer.refusal;
    return isFleeting(answer.refusal) ? null : `${code} ${reason}`;
  }
  const { result } = answer;
  if ('enrichments' in result) return result.enrichments.map(({ id }) => id).join();
  if ('enrichment' in result) return result.enrichment.id;
  if ('grantId' in result) return result.grantId;
  if ('transactionId' in result) return result.transactionId;
  return 'personId' in result ? result.personId : '';
};

const textOf = (command: Command, reply: Reply): string =>
  JSON.stringify({ command, reply }, (_, value: unknown) => (typeof value === 'bigint' ? Number(value) : value));
