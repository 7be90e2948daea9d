import type { OrgId } from '../../../domain/kernel/ids.js';
import { instantOf } from '../../../domain/kernel/instant.js';
import { tagOf } from '../clear-columns.js';
import { ABOVE_ALL, searchable } from '../searchable.js';
import type { Condition, DateOp, Filter, TextField } from './filter.js';

/** SQL that is true or false, never null, about a row of `persons` named `p`; all that came from outside is in `values`. */
export interface CompiledFilter {
  readonly sql: string;
  /** `$1` is the org. */
  readonly values: readonly unknown[];
}

/** The org comes first and outside of what the client gave: no filter can reach beyond it. */
export const compileFilter = (orgId: OrgId, filter: Filter): CompiledFilter => {
  const compiler = new Compiler(orgId);
  const condition = compiler.compile(filter);
  return { sql: `p.org_id = $1 and ${condition}`, values: compiler.values };
};

const COLUMN: Readonly<Record<TextField, string>> = {
  firstName: 'p.first_name',
  lastName: 'p.last_name',
  fullName: 'p.full_name',
  title: 'p.title',
  companyName: 'p.company_name',
  companyDomain: 'p.company_domain',
  country: 'p.country',
  linkedinUrl: 'p.linkedin_url',
  source: 'p.source',
};
const COMPARE: Readonly<Record<DateOp, string>> = { eq: '=', neq: '=', gt: '>', gte: '>=', lt: '<', lte: '<=' };
const FLAG = { hasEmail: 'f.has_email', hasPhone: 'f.has_phone' } as const;

type Of<Kind extends Condition['kind']> = Extract<Condition, { readonly kind: Kind }>;

class Compiler {
  readonly values: unknown[];

  constructor(private readonly orgId: OrgId) {
    this.values = [orgId];
  }

  compile(filter: Filter): string {
    switch (filter.kind) {
      case 'and':
        return filter.filters.length === 0
          ? 'true'
          : `(${filter.filters.map((one) => this.compile(one)).join(' and ')})`;
      case 'or':
        return filter.filters.length === 0
          ? 'false'
          : `(${filter.filters.map((one) => this.compile(one)).join(' or ')})`;
      case 'not':
        return `not ${this.compile(filter.filter)}`;
      case 'text':
        return this.text(filter);
      case 'search':
        return this.search(filter);
      case 'tags':
        return this.tags(filter);
      case 'date':
        return this.date(filter);
      case 'flag':
        return this.flag(filter);
      case 'exists':
        return this.exists(filter);
    }
  }

  /** The next parameter. */
  private value(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  private search({ field, op, value }: Of<'search'>): string {
    const column = COLUMN[field];
    const text = searchable(value);
    if (op === 'contains') {
      return known(column, `${column} like ${this.value(`%${text.replace(/[\\%_]/g, '\\$&')}%`)}`);
    }
    const [from, to] = [this.value(text), this.value(`${text}${ABOVE_ALL}`)];
    return known(column, `${column} >= ${from} and ${column} < ${to}`);
  }

  private text({ field, op, values }: Of<'text'>): string {
    const column = COLUMN[field];
    const found = known(column, `${column} = any(${this.value(values.map(searchable))}::text[])`);
    return op === 'in' ? found : `not ${found}`;
  }

  private tags({ op, values }: Of<'tags'>): string {
    const wanted = this.value(values.map((tag) => tagOf(this.orgId, tag)));
    const found = known('p.tags', `p.tags && ${wanted}::text[]`);
    return op === 'in' ? found : `not ${found}`;
  }

  private date(condition: Of<'date'>): string {
    const column = condition.field === 'createdAt' ? 'p.created_at' : 'f.last_enriched_at';
    const compared =
      condition.op === 'in'
        ? `${column} = any(${this.value(condition.timesMs.map(instantOf))}::timestamptz[])`
        : `${column} ${COMPARE[condition.op]} ${this.value(instantOf(condition.timeMs))}::timestamptz`;
    const found = condition.field === 'createdAt' ? `(${compared})` : finding(compared);
    return condition.op === 'neq' ? `not ${found}` : found;
  }

  private flag({ field, values }: Of<'flag'>): string {
    const alternatives = [...new Set(values)].map((value) =>
      value ? finding(FLAG[field]) : `not ${finding(FLAG[field])}`,
    );
    return `(${alternatives.join(' or ')})`;
  }

  private exists({ field, exists }: Of<'exists'>): string {
    if (field === 'createdAt' || field === 'hasEmail' || field === 'hasPhone') return String(exists);
    if (field === 'lastEnrichedAt') return exists ? finding('true') : `not ${finding('true')}`;
    return `(${field === 'tags' ? 'p.tags' : COLUMN[field]} is ${exists ? 'not null' : 'null'})`;
  }
}

/** Without a value there is nothing to compare: false, not null, so that `not` finds it. */
const known = (column: string, condition: string): string => `(${column} is not null and ${condition})`;

const finding = (condition: string): string =>
  `exists (select from person_findings f where f.org_id = $1 and f.person_id = p.id and ${condition})`;
