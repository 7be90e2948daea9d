import { statement, type Sql } from '../../db/database.js';
import type { OrgId } from '../../domain/kernel/ids.js';
import { DEFAULT_SETTINGS, type Settings, type SettingsValue } from '../../domain/settings/settings.js';

const OF_ORG = statement('settings_of_org', 'select settings, version from settings where org_id = $1');

export class SettingsQuery {
  constructor(private readonly sql: Sql) {}

  /** Those of an org that never set anything are the default. */
  async of(orgId: OrgId): Promise<Settings> {
    const [row] = await this.sql.query<{ settings: SettingsValue; version: number }>(OF_ORG, [orgId]);
    return row === undefined ? DEFAULT_SETTINGS : { ...DEFAULT_SETTINGS, ...row.settings, version: row.version };
  }
}
