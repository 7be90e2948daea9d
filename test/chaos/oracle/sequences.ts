import { isAccepted, type Answer } from '../load/history.js';
import { found } from './answers.js';
import type { Finding } from './finding.js';

/** Whether answers exclude each other, whatever the log says: only what was asked after an answer is held against it. */
export const compareWithEachOther = (
  answers: readonly Answer[],
  postgresKillsMs: readonly number[],
): readonly Finding[] => [
  ...oneIdPerPerson(answers),
  ...reservedOnce(answers),
  ...neverPendingAgain(answers, postgresKillsMs),
  ...neverForgotten(answers),
];

const oneIdPerPerson = (answers: readonly Answer[]): Finding[] => {
  const ids = new Map<string, string>();
  return answers.flatMap((answer) => {
    if (answer.question !== 'record person' || answer.personId === null) return [];
    const known = ids.get(answer.about) ?? answer.personId;
    ids.set(answer.about, known);
    return known === answer.personId ? [] : [found('contradiction', answer, `is ${answer.personId} and ${known}`)];
  });
};

const reservedOnce = (answers: readonly Answer[]): Finding[] => {
  const reservedBy = new Map<string, string>();
  return answers.flatMap((answer) => {
    if (answer.enrichment === null || (answer.reserved ?? 0) === 0) return [];
    const { id } = answer.enrichment;
    const first = reservedBy.get(id);
    reservedBy.set(id, first ?? answer.requestId);
    return first === undefined ? [] : [found('doubled', answer, `${id} was reserved for ${first} too`)];
  });
};

/** Ended stays ended. */
const neverPendingAgain = (answers: readonly Answer[], postgresKillsMs: readonly number[]): Finding[] => {
  const ended = new Map<string, Answer[]>();
  return inOrderOfAnswers(answers).flatMap((answer) => {
    const { enrichment } = answer;
    if (enrichment === null) return [];
    const ends = ended.get(enrichment.id) ?? [];
    if (enrichment.status !== 'pending') {
      ends.push(answer);
      ended.set(enrichment.id, ends);
      return [];
    }
    const end = ends.find((one) => one.answeredMs < answer.askedMs && hasToShow(answer, one, postgresKillsMs));
    if (end === undefined) return [];
    return [found('contradiction', answer, `${enrichment.id} is pending after ${end.requestId} had seen it end`)];
  });
};

/**
 * What the decider answers is the newest there is. A GET shows what any GET before it has shown, but not what a POST
 * was told unless it sends its position back. One excuse: read models are committed with
 * `synchronous_commit=off`, so a GET behind a kill of Postgres may see what was true a moment before it (DESIGN §4).
 */
const hasToShow = (answer: Answer, end: Answer, postgresKillsMs: readonly number[]): boolean => {
  if (answer.question === 'request') return true;
  if (end.position !== null) return answer.after !== null && offsetOf(answer.after.position) >= offsetOf(end.position);
  return !postgresKillsMs.some((ms) => end.askedMs < ms && ms < answer.answeredMs);
};

/** Positions of one org are of one partition. */
const offsetOf = (position: string): number => Number(position.split(':')[1]);

/** What was accepted is never unknown afterwards. */
const neverForgotten = (answers: readonly Answer[]): Finding[] => {
  const accepted = new Map<string, Answer>();
  return inOrderOfAnswers(answers).flatMap((answer) => {
    const { question, orgId, about, status } = answer;
    const key = `${orgId} ${about}`;
    if (question === 'request' && isAccepted(answer) && !accepted.has(key)) accepted.set(key, answer);
    if (question !== 'find' || status !== 404) return [];
    const before = accepted.get(key);
    if (before === undefined || before.answeredMs > answer.askedMs) return [];
    return [found('lost', answer, `is unknown although ${before.requestId} had been accepted`)];
  });
};

const inOrderOfAnswers = (answers: readonly Answer[]): readonly Answer[] =>
  answers.toSorted((a, b) => a.answeredMs - b.answeredMs);
