import { isAccepted, isUnanswered, type Answer, type SeenEnrichment } from '../load/history.js';
import type { Facts } from './facts.js';
import type { Finding, FindingKind } from './finding.js';
import type { Life } from './lives.js';

/** How an end looks in the operations dialect (API §1). */
const ENDS: Readonly<Record<string, { readonly status: string; readonly dataFound: boolean | null }>> = {
  found: { status: 'finished', dataFound: true },
  not_found: { status: 'finished', dataFound: false },
  suppressed: { status: 'finished', dataFound: false },
  failed: { status: 'failed', dataFound: null },
  timed_out: { status: 'timeout', dataFound: null },
  cancelled: { status: 'cancelled', dataFound: null },
};

/** Whether the log backs every answer that a client was given. */
export const compareAnswers = (answers: readonly Answer[], facts: Facts): readonly Finding[] =>
  answers
    .filter((answer) => !isUnanswered(answer))
    .flatMap((answer) => [...compare(answer, facts), ...comparePosition(answer, facts)]);

/** An answer of the decider names the record that backs it: never one of an owner that had lost the partition. */
const comparePosition = (answer: Answer, { reading }: Facts): readonly Finding[] =>
  answer.position === null || reading.positions.has(answer.position)
    ? []
    : [found('lost', answer, `position ${answer.position} is no record that counts`)];

const compare = (answer: Answer, facts: Facts): readonly Finding[] => {
  if (isAccepted(answer)) {
    if (answer.question === 'record person') return comparePerson(answer, facts);
    if (answer.question === 'balance') return compareBalance(answer, facts);
    return compareEnrichment(answer, facts);
  }
  if (answer.question === 'request' && answer.status === 402) return compareRefusal(answer, facts);
  // Whether it is right that nothing was found is told by the answers before it.
  if (answer.question === 'find' && answer.status === 404) return [];
  return [found('unexpected', answer, `was answered ${answer.status} ${answer.code} ${answer.reason}`)];
};

const comparePerson = (answer: Answer, { persons }: Facts): readonly Finding[] =>
  persons.has(`${answer.orgId} ${answer.personId}`)
    ? []
    : [found('lost', answer, `person ${answer.personId} is not in the log`)];

const compareBalance = (answer: Answer, { books }: Facts): readonly Finding[] => {
  const { balance } = answer;
  const isSum = balance !== null && balance.available === balance.balance - balance.reserved;
  if (isSum && balance.available >= 0 && books.wasEver(answer.orgId, balance)) return [];
  return [found('contradiction', answer, `balance ${JSON.stringify(balance)} was never true`)];
};

/** A refusal is a fact (DESIGN §3): it stands in the log, and nothing was done under the same request. */
const compareRefusal = (answer: Answer, { refusals, requests }: Facts): readonly Finding[] => [
  ...(refusals.get(answer.requestId) === answer.code
    ? []
    : [found('lost', answer, `${answer.code} is not in the log`)]),
  ...(requests.has(answer.requestId) ? [found('contradiction', answer, 'was refused and accepted')] : []),
];

const compareEnrichment = (answer: Answer, facts: Facts): readonly Finding[] => {
  const { enrichment } = answer;
  const life = enrichment === null ? undefined : facts.lives.byId.get(enrichment.id);
  if (enrichment === null || life === undefined) {
    return [found('lost', answer, `enrichment ${enrichment?.id} is not in the log`)];
  }
  return [
    ...compareIdentity(answer, enrichment, life),
    ...compareEnd(answer, enrichment, life),
    ...compareCredits(answer, facts, life),
    ...compareAge(answer, facts, life),
  ];
};

const compareIdentity = (answer: Answer, enrichment: SeenEnrichment, life: Life): readonly Finding[] => {
  const isAsked = answer.about === `${enrichment.personId}/${enrichment.field}` && answer.orgId === life.orgId;
  const isSame =
    life.personId === enrichment.personId &&
    life.field === enrichment.field &&
    life.reservationId === enrichment.reservationId;
  return isAsked && isSame ? [] : [found('contradiction', answer, `enrichment ${life.id} is another one in the log`)];
};

const compareEnd = (answer: Answer, enrichment: SeenEnrichment, life: Life): readonly Finding[] => {
  if (enrichment.status === 'pending') return [];
  const end = life.outcome === null ? undefined : ENDS[life.outcome];
  const isSame =
    enrichment.status === end?.status &&
    enrichment.dataFound === end.dataFound &&
    enrichment.transactionId === life.transactionId &&
    enrichment.captured === life.captured &&
    enrichment.released === life.released;
  if (isSame) return [];
  const seen = JSON.stringify(enrichment);
  return [found('contradiction', answer, `${seen} ended otherwise in the log: ${JSON.stringify(life)}`)];
};

/** Who was told that credits were reserved is who reserved them, so nobody is told so twice. */
const compareCredits = (answer: Answer, { books }: Facts, life: Life): readonly Finding[] => {
  const { question, reserved, available, requestId } = answer;
  if (question !== 'request') return [];
  if (reserved === null || available === null) return [found('unexpected', answer, 'has no credit headers')];
  const isOwn = life.correlationId === requestId;
  const expected = isOwn ? life.reserved : 0;
  return [
    ...(reserved === expected ? [] : [found('contradiction', answer, `reserved ${reserved}, the log ${expected}`)]),
    ...(books.wasEverAvailable(answer.orgId, available)
      ? []
      : [found('contradiction', answer, `available ${available} was never true`)]),
  ];
};

/** with the position of a POST, a GET never answers with what was there before that POST. */
const compareAge = (answer: Answer, { lives }: Facts, life: Life): readonly Finding[] => {
  const asked = answer.after === null ? undefined : lives.byId.get(answer.after.enrichmentId);
  const isOlder = asked !== undefined && life.generation < asked.generation;
  return isOlder ? [found('contradiction', answer, `shows ${life.id}, which ${asked.id} had replaced`)] : [];
};

export const found = (kind: FindingKind, answer: Answer, what: string): Finding => {
  const { question, requestId, process, orgId, about, askedMs, answeredMs } = answer;
  const when = `${Math.round(askedMs)}..${Math.round(answeredMs)} ms`;
  return { kind, what: `${question} ${about} of ${orgId} (${requestId}, ${process}, ${when}): ${what}` };
};
