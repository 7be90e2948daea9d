import type { OrgId } from '../../../src/domain/kernel/ids.js';
import { instantOf } from '../../../src/domain/kernel/instant.js';
import { exportLines } from '../../../src/http/credits/ledger-export.js';
import type { Inclusion } from '../../../src/http/credits/ledger.presenter.js';
import type { Unit } from '../../../src/http/ports.js';
import { foldEntries } from '../../../src/projections/credits/credit-entries.projection.js';
import type { EntryView } from '../../../src/projections/credits/credit-entries.query.js';
import { runAtOnce } from '../../../src/observability/event-loop-slices.js';
import { evolveSteps } from '../../../src/projections/evolution.js';
import type { Story } from '../../support/events.js';

/** The org's entries as the read model holds them. */
export const entriesOf = (story: Story, orgId: OrgId): readonly EntryView[] =>
  foldEntries(runAtOnce(evolveSteps(story.events, new Map())))
    .filter(({ event }) => event.orgId === orgId)
    .map(({ event, entry }) => ({
      ...entry,
      org: orgId,
      entry: event.data.entry,
      time: event.time,
      prevHash: event.data.prevHash,
      hash: event.data.hash,
    }));

interface ExportOptions {
  readonly unit?: Unit;
  readonly atMs?: number;
  readonly inclusion?: Inclusion | null;
}

/** What the service exports of these entries. */
export const exportOf = async (
  org: OrgId,
  entries: readonly EntryView[],
  { unit = 'credit', atMs = Date.UTC(2026, 10, 21), inclusion = null }: ExportOptions = {},
): Promise<Buffer> => {
  const list = async (_: OrgId, page: { readonly after: number; readonly limit: number }) =>
    entries.slice(page.after, page.after + page.limit);
  const head = { org, unit, exportedAt: instantOf(atMs), from: 1, inclusion };
  const parts: string[] = [];
  for await (const part of exportLines({ ...head, entries: { list }, last: entries.length })) parts.push(part);
  return Buffer.from(parts.join(''));
};
