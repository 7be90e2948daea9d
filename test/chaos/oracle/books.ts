import { createHash } from 'node:crypto';
import type { Finding } from './finding.js';
import type { LogEvent } from './reader-rules.js';

/** What one org's credits come to, kept by the words of API CR-02..CR-14 and by no code of the service. */
interface Account {
  entry: number;
  hash: string;
  balance: number;
  reserved: number;
}

const NO_HASH = '0'.repeat(64);
const UNIT = 'credit';

interface Kind {
  readonly type: string;
  readonly balance: -1 | 0 | 1;
  readonly reserved: -1 | 0 | 1;
}

const KINDS: Readonly<Record<string, Kind>> = {
  CreditsGranted: { type: 'grant', balance: 1, reserved: 0 },
  CreditsReserved: { type: 'reserve', balance: 0, reserved: 1 },
  CreditsCaptured: { type: 'capture', balance: -1, reserved: -1 },
  CreditsReleased: { type: 'release', balance: 0, reserved: -1 },
  CreditsExpired: { type: 'expire', balance: -1, reserved: 0 },
  CreditsRefunded: { type: 'refund', balance: 1, reserved: 0 },
  CreditsAdjusted: { type: 'adjust', balance: 1, reserved: 0 },
};

interface CreditData {
  readonly entry: number;
  readonly prevHash: string;
  readonly hash: string;
  readonly amount: number;
  readonly available: number;
  readonly reservationId?: string;
  readonly grants: readonly { readonly grantId: string; readonly delta: number }[];
}

/** Every org's ledger: the chain, the sums, and all states it was ever in. */
export class Books {
  readonly findings: Finding[] = [];
  /** `<org> <balance>/<reserved>/<available>` */
  private readonly states = new Set<string>();
  private readonly availables = new Set<string>();
  private readonly accounts = new Map<string, Account>();

  /** Events that count, in order per partition; others than credit events are passed over. */
  read(event: LogEvent): void {
    const kind = KINDS[event.type];
    if (kind === undefined) return;
    const data = event.data as unknown as CreditData;
    const account = this.accountOf(event.orgid);
    this.checkChain(event, { account, data, kind });
    account.entry = data.entry;
    account.hash = data.hash;
    account.balance += kind.balance * data.amount;
    account.reserved += kind.reserved * data.amount;
    this.checkSums(event, account, data);
    this.states.add(stateOf(event.orgid, account));
    this.availables.add(`${event.orgid} ${data.available}`);
  }

  /** Whether an org ever had these figures. */
  wasEver(orgId: string, { balance, reserved }: { readonly balance: number; readonly reserved: number }): boolean {
    return this.states.has(stateOf(orgId, { balance, reserved }));
  }

  wasEverAvailable(orgId: string, available: number): boolean {
    return this.availables.has(`${orgId} ${available}`);
  }

  /** What every org has set aside now. */
  *reserved(): Iterable<readonly [orgId: string, reserved: number]> {
    for (const [orgId, { reserved }] of this.accounts) yield [orgId, reserved];
  }

  private checkChain(
    event: LogEvent,
    { account, data, kind }: { account: Account; data: CreditData; kind: Kind },
  ): void {
    const { entry, prevHash, hash } = data;
    if (entry !== account.entry + 1) this.report('ledger', event, `entry ${entry} follows ${account.entry}`);
    if (prevHash !== account.hash) this.report('ledger', event, `entry ${entry} does not continue the chain`);
    const hashed = {
      amount: kind.balance * data.amount || 0,
      entry,
      grants: data.grants.map(({ delta, grantId }) => ({ delta, grantId })),
      org: event.orgid,
      prevHash,
      reservationId: data.reservationId ?? null,
      reservedDelta: kind.reserved * data.amount || 0,
      time: event.time,
      type: kind.type,
      unit: UNIT,
      v: 1,
    };
    const expected = createHash('sha256').update(JSON.stringify(hashed)).digest('hex');
    if (hash !== expected) this.report('ledger', event, `entry ${entry} has a hash that is not its own`);
  }

  private checkSums(event: LogEvent, { balance, reserved }: Account, { available, amount }: CreditData): void {
    if (balance - reserved < 0 || available < 0) this.report('overdraft', event, `available is ${balance - reserved}`);
    if (available !== balance - reserved) this.report('ledger', event, `available ${available} is not the sum`);
    const isNegative = amount < 0 && event.type !== 'CreditsAdjusted';
    if (reserved < 0 || isNegative) this.report('ledger', event, `reserved ${reserved}, amount ${amount}`);
  }

  private accountOf(orgId: string): Account {
    const known = this.accounts.get(orgId) ?? { entry: 0, hash: NO_HASH, balance: 0, reserved: 0 };
    this.accounts.set(orgId, known);
    return known;
  }

  private report(kind: Finding['kind'], { orgid, partition, offset, type }: LogEvent, what: string): void {
    this.findings.push({ kind, what: `${orgid} ${type} at ${partition}:${offset}: ${what}` });
  }
}

const stateOf = (orgId: string, { balance, reserved }: Pick<Account, 'balance' | 'reserved'>): string =>
  `${orgId} ${balance}/${reserved}/${balance - reserved}`;
