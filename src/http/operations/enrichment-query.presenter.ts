import type { Position } from '../../commands/ports.js';
import { Answer } from '../answer.js';
import type { Seen } from './enrichment-looks.js';
import type { QueryTask } from './enrichment-query.dto.js';
import { headOfAll, presentEnrichment } from './enrichment.presenter.js';

export interface Standing {
  readonly task: QueryTask;
  /** null when the person has no enrichment of the field. */
  readonly seen: Seen | null;
}

/** OP-20: one entry per task, in order. */
export const answerQueried = (standings: readonly Standing[], nowMs: number): Answer => {
  const seen = standings.flatMap((standing) => standing.seen ?? []);
  const position = seen.map((one) => one.position).reduce(later, null);
  const views = seen.map(({ view }) => view);
  return new Answer(standings.map(present), { ...headOfAll(views, nowMs), position });
};

const present = ({ task, seen }: Standing) =>
  seen === null ? { entityId: task.personId, field: task.field, status: 'none' } : presentEnrichment(seen.view);

/** All of an org lie in one partition. */
const later = (left: Position | null, right: Position | null): Position | null =>
  left === null || (right !== null && right.offset > left.offset) ? right : left;
