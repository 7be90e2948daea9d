import type { QueryResultRow } from 'pg';
import type { Database, Sql, Statement } from '../db/database.js';
import { arrayLiteral } from '../db/array-literal.js';
import { arrayOf, columnOf, type ArrayParameter } from '../db/array-parameter.js';
import type { EnrichmentId, IdentityHash, KeyId, OrgId, Sealed } from '../domain/kernel/ids.js';
import type { Field, Plan } from '../domain/waterfall/plan.js';
import {
  keyOf,
  type AnswerData,
  type AnsweredAttempt,
  type AttemptKey,
  type AttemptRow,
  type HeldAttempt,
} from './attempt.js';
import type { NextAttempt } from './attempt-changes.js';
import {
  LEASE_MS,
  type AttemptQueue,
  type Durability,
  type Parked,
  type Queued,
  type QueueChanges,
  type StoredAnswer,
} from './attempt-queue.js';
import { applyStatement, type ApplyKind } from './apply-changes.statement.js';
import * as sql from './attempt-queue.statements.js';
import { PROVIDER_CHECKPOINTS } from './provider-checkpoints.js';

export interface QueueDatabases {
  /**
   * `synchronous_commit=off`: rows of events, leases and answers of free calls. A crash of the database loses them
   * together with the checkpoint, and they are read again.
   */
  readonly relaxed: Database;
  /** What must not be forgotten: that a paid call was begun, and what it answered. Its flush covers all that is older. */
  readonly durable: Database;
}

/** The queue on the table `attempts`. */
export class PostgresAttemptQueue implements AttemptQueue {
  /** `owner` is new for every start of a process. */
  constructor(
    private readonly databases: QueueDatabases,
    private readonly owner: string,
  ) {}

  async apply({ moves, opened, advanced, ended }: QueueChanges): Promise<readonly HeldAttempt[] | 'moved'> {
    const advance = PROVIDER_CHECKPOINTS.advanceOf(moves);
    const arrays = {
      ended: ended.length === 0 ? null : keyArrays(inLockOrder(ended)),
      advanced: advanced.length === 0 ? null : nextArrays(advanced),
      opened: opened.length === 0 ? null : openArrays(opened),
    };
    const rows = await this.databases.relaxed.query<AppliedDbRow>(applyStatement(advance, arrays), [
      ...advance.values,
      this.owner,
      ...Object.values(arrays).flatMap((columns) => columns ?? []),
    ]);
    return rows.length === 0 ? 'moved' : heldAfter(opened, rows);
  }

  async takeDue(rooms: ReadonlyMap<string, number>): Promise<readonly HeldAttempt[]> {
    return this.take(sql.TAKE_DUE, [
      this.owner,
      arrayOf('text', [...rooms.keys()]),
      arrayOf('int', [...rooms.values()]),
    ]);
  }

  async takeUnknown(known: readonly string[], countMax: number): Promise<readonly HeldAttempt[]> {
    return this.take(sql.TAKE_UNKNOWN, [this.owner, arrayOf('text', known), countMax]);
  }

  async takeAnswered(countMax: number): Promise<readonly AnsweredAttempt[]> {
    const rows = await this.databases.relaxed.query<AnsweredDbRow>(sql.TAKE_ANSWERED, [countMax]);
    return rows.map(answeredOf);
  }

  async markCalled(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]> {
    return this.write(this.databases.durable, sql.MARK_CALLED, keyArrays(inLockOrder(keys)));
  }

  async storeAnswers(given: readonly StoredAnswer[], durability: Durability): Promise<readonly AttemptKey[]> {
    const answers = inLockOrder(given);
    const texts = columnOf('text', answers, ({ answer }) => JSON.stringify(answer));
    return this.write(this.databases[durability], sql.STORE_ANSWERS, [...keyArrays(answers), texts]);
  }

  /** Durable: a handle of the vendor that is forgotten means a second paid lookup. */
  async park(given: readonly Parked[]): Promise<readonly AttemptKey[]> {
    const attempts = inLockOrder(given);
    const database = attempts.some(({ vendorRef }) => vendorRef !== null) ? 'durable' : 'relaxed';
    return this.write(this.databases[database], sql.PARK, [
      ...keyArrays(attempts),
      columnOf('double precision', attempts, ({ delayMs }) => delayMs),
      columnOf('double precision', attempts, ({ startedMs }) => startedMs),
      columnOf('int', attempts, ({ tries }) => tries),
      columnOf('text', attempts, ({ vendorRef }) => vendorRef),
      columnOf('int', attempts, ({ calls }) => calls),
    ]);
  }

  async renew(keys: readonly AttemptKey[]): Promise<readonly AttemptKey[]> {
    return this.write(this.databases.relaxed, sql.RENEW, keyArrays(inLockOrder(keys)));
  }

  async release(keys: readonly AttemptKey[]): Promise<void> {
    await this.write(this.databases.relaxed, sql.RELEASE, keyArrays(inLockOrder(keys)));
  }

  async abandon(keys: readonly AttemptKey[]): Promise<void> {
    await this.databases.relaxed.query(sql.ABANDON, keyArrays(keys));
  }

  private async take(query: Statement, values: readonly unknown[]): Promise<readonly HeldAttempt[]> {
    return (await this.databases.relaxed.query<HeldDbRow>(query, values)).map(heldOf);
  }

  private async write(database: Sql, query: Statement, arrays: readonly unknown[]): Promise<readonly AttemptKey[]> {
    return (await database.query<KeyDbRow>(query, [this.owner, ...arrays])).map(keyOfRow);
  }
}

/** Statements that run at the same time lock rows in the same order; what still deadlocks is rolled back and tried again. */
const inLockOrder = <Item extends AttemptKey>(items: readonly Item[]): readonly Item[] =>
  items.toSorted((left, right) => (left.enrichmentId < right.enrichmentId ? -1 : 1));

const keyArrays = (keys: readonly AttemptKey[]): readonly ArrayParameter[] => [
  columnOf('uuid', keys, ({ enrichmentId }) => enrichmentId),
  columnOf('int', keys, ({ attempt }) => attempt),
];

const nextArrays = (queued: readonly Queued<NextAttempt>[]): readonly ArrayParameter[] => [
  ...keyArrays(queued.map(({ row }) => row)),
  columnOf('int', queued, ({ row }) => row.step),
  columnOf('text', queued, ({ row }) => row.provider),
  columnOf('int', queued, ({ leased, delayMs }) => (leased ? LEASE_MS : delayMs)),
  columnOf('boolean', queued, ({ leased }) => leased),
];

const openArrays = (queued: readonly Queued<AttemptRow>[]): readonly ArrayParameter[] => [
  ...nextArrays(queued),
  columnOf('smallint', queued, ({ row }) => row.partition),
  columnOf('text', queued, ({ row }) => row.orgId),
  columnOf('text', queued, ({ row }) => row.correlationId),
  columnOf('text', queued, ({ row }) => row.field),
  columnOf('text', queued, ({ row }) => JSON.stringify(row.plan)),
  columnOf('text', queued, ({ row }) => arrayLiteral(row.identities)),
  columnOf('text', queued, ({ row }) => row.keyId),
  columnOf('text', queued, ({ row }) => row.sealed),
  columnOf('double precision', queued, ({ row }) => row.deadlineMs),
];

interface KeyDbRow extends QueryResultRow {
  readonly enrichment_id: EnrichmentId;
  readonly attempt: number;
}

/** Of kinds `position` and `opened` there is no more than the key. */
interface AppliedDbRow extends HeldDbRow {
  readonly kind: ApplyKind;
}

interface HeldDbRow extends KeyDbRow {
  readonly partition: number;
  readonly org_id: OrgId;
  readonly correlation_id: string;
  readonly field: Field;
  readonly plan_json: string;
  readonly identities: readonly IdentityHash[];
  readonly key_id: KeyId;
  readonly sealed: Sealed;
  readonly deadline_ms: number;
  readonly step: number;
  readonly provider: string;
  readonly started_ms: number | null;
  readonly calls: number;
  readonly tries: number;
  readonly vendor_ref: string | null;
}

interface AnsweredDbRow extends QueryResultRow {
  readonly org_id: OrgId;
  readonly correlation_id: string;
  readonly deadline_ms: number;
  readonly answer_json: string;
}

const keyOfRow = (row: KeyDbRow): AttemptKey => ({ enrichmentId: row.enrichment_id, attempt: row.attempt });

const heldOf = (row: HeldDbRow): HeldAttempt => ({
  enrichmentId: row.enrichment_id,
  partition: row.partition,
  orgId: row.org_id,
  correlationId: row.correlation_id,
  field: row.field,
  plan: JSON.parse(row.plan_json) as Plan,
  identities: row.identities,
  keyId: row.key_id,
  sealed: row.sealed,
  deadlineMs: row.deadline_ms,
  attempt: row.attempt,
  step: row.step,
  provider: row.provider,
  startedMs: row.started_ms,
  calls: row.calls,
  tries: row.tries,
  vendorRef: row.vendor_ref,
});

/** Rows that the events opened are known; of those that went on to their next step the table knows the rest. */
const heldAfter = (opened: readonly Queued<AttemptRow>[], rows: readonly AppliedDbRow[]): readonly HeldAttempt[] => {
  const written = new Set(rows.filter(({ kind }) => kind === 'opened').map((row) => keyOf(keyOfRow(row))));
  const fresh = opened.filter(({ row }) => written.has(keyOf(row)));
  return [
    ...fresh.map(({ row }) => ({ ...row, startedMs: null, calls: 0, tries: 0, vendorRef: null })),
    ...rows.filter(({ kind }) => kind === 'advanced').map(heldOf),
  ];
};

const answeredOf = (row: AnsweredDbRow): AnsweredAttempt => ({
  orgId: row.org_id,
  correlationId: row.correlation_id,
  deadlineMs: row.deadline_ms,
  answer: JSON.parse(row.answer_json) as AnswerData,
});
