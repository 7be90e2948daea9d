import { statement, type Sql } from '../db/database.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { sandboxOf } from './principal.js';

export interface Org {
  readonly id: OrgId;
  readonly name: string;
  readonly sandboxOf: OrgId | null;
  readonly createdAt: Date;
}

const COLUMNS = 'id, name, sandbox_of as "sandboxOf", created_at as "createdAt"';
const FIND = statement('orgs_find', `select ${COLUMNS} from orgs where id = $1`);
const LIST = statement('orgs_list', `select ${COLUMNS} from orgs order by created_at, id`);
const CREATE = statement(
  'orgs_create',
  `insert into orgs (id, name, sandbox_of) values ($1, $2, null), ($3, $4, $1) on conflict do nothing`,
);

/** Orgs are configuration; what they own is in the log. */
export class OrgsRepository {
  constructor(private readonly sql: Sql) {}

  async find(id: OrgId): Promise<Org | null> {
    return (await this.sql.query<Org>(FIND, [id]))[0] ?? null;
  }

  list(): Promise<readonly Org[]> {
    return this.sql.query<Org>(LIST);
  }

  /** The org together with its sandbox; nothing happens when they exist. */
  async create(id: OrgId, name: string): Promise<void> {
    await this.sql.query(CREATE, [id, name, sandboxOf(id), `${name} (sandbox)`]);
  }
}
