import type { OrgId } from '../../domain/kernel/ids.js';
import type { StoredEvent } from '../../events/event.js';
import { column, table } from '../table.js';

type Changed = StoredEvent<'SettingsChanged'>;

/** The settings of each org as they are now (API WF-10). */
export const SETTINGS = table<Changed>({
  name: 'settings',
  key: ['org_id'],
  newerBy: ['seq'],
  columns: [
    column('org_id', 'text', ({ orgId }) => orgId),
    column('settings', 'jsonb', ({ data }) => JSON.stringify(data.settings)),
    column('version', 'int', ({ data }) => data.version),
    column('changed_by', 'text', ({ data }) => data.by),
    column('changed_at', 'timestamptz', ({ time }) => time),
    column('partition', 'smallint', ({ partition }) => partition),
    column('seq', 'bigint', ({ seq }) => seq),
  ],
});

export const foldSettings = (events: readonly StoredEvent[]): readonly Changed[] => {
  const last = new Map<OrgId, Changed>();
  for (const event of events) if (event.type === 'SettingsChanged') last.set(event.orgId, event);
  return [...last.values()];
};
