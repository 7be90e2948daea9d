import type { Command, CommandDataByType, CommandType, ResultByCommand } from '../../../src/domain/command.js';
import type { KeyCaps } from '../../../src/domain/credits/caps.js';
import type { EnrichmentView } from '../../../src/domain/enrichments/enrichment-view.js';
import type { IdentityHash, KeyId, OrgId, PersonId, Sealed } from '../../../src/domain/kernel/ids.js';
import { instantOf } from '../../../src/domain/kernel/instant.js';
import type { Plan, PlanStep } from '../../../src/domain/waterfall/plan.js';
import type { Random } from './random.js';

/** What is asked, before it has an envelope. */
export type Order = { [T in CommandType]: { readonly type: T; readonly data: CommandDataByType[T] } }[CommandType];

interface KnownPerson {
  readonly personId: PersonId;
  readonly sealed: Sealed;
  readonly identities: readonly IdentityHash[];
}
type AskedFor = Pick<EnrichmentView, 'id' | 'personId' | 'field'> & { readonly optionsHash: string };

const KNOWN_MAX = 60;
const DAY_MS = 86_400_000;
const KINDS = { record: 14, request: 50, cancel: 6, expire: 4, grant: 10, refund: 4, adjust: 3, settings: 2 } as const;

const step = (provider: string, price: number): PlanStep => ({ provider, price, timeoutMs: 1_000, when: {} });
const plan = (waterfallId: string, prices: readonly number[], stop: Pick<Plan, 'stop' | 'n'>): Plan => ({
  waterfallId,
  version: 1,
  verifyWith: null,
  cachePrice: Math.min(...prices),
  steps: prices.map((price, index) => step(`vendor-${index + 1}`, price)),
  ...stop,
});
const PLANS: readonly Plan[] = [
  plan('verified', [1, 2, 3], { stop: 'first_verified' }),
  plan('found', [3, 1], { stop: 'first_found' }),
  plan('best', [2, 2, 4], { stop: 'best_of_n', n: 2 }),
  plan('dear', [10], { stop: 'first_verified' }),
];

/** What the users of one org ask for, from what they have been told so far. */
export class OrderBook {
  private readonly persons: KnownPerson[] = [];
  private readonly asked: AskedFor[] = [];
  private names = 0;

  constructor(
    readonly orgId: OrgId,
    private readonly random: Random,
  ) {}

  /** Several at once are sent at the same moment: the same question by two users. */
  next(nowMs: number): readonly Order[] {
    switch (this.random.weighted(KINDS)) {
      case 'record':
        return this.maybeTwice(this.record());
      case 'request':
        return this.maybeTwice(this.request());
      case 'cancel':
        return [this.cancel()];
      case 'expire':
        return [this.expire()];
      case 'grant':
        return [this.grant(nowMs)];
      case 'refund':
        return this.maybeTwice(this.refund());
      case 'adjust':
        return [this.adjust()];
      case 'settings':
        return [this.settings()];
    }
  }

  /** What a sender that was stale asks instead, under the same id: merged into the person as it is known now. */
  merged(order: Extract<Order, { readonly type: 'RecordPerson' }>): Order | null {
    const into = order.data.mergedInto;
    const known = this.persons.findLast(({ personId }) => personId === into?.personId);
    if (known === undefined || known.sealed === into?.over) return null;
    const { personId, sealed: over } = known;
    const sealed = `box-${this.random.hex(8)}` as Sealed;
    return { ...order, data: { ...order.data, sealed, mergedInto: { personId, over } } };
  }

  /** Remembers what an answer told. */
  heard(command: Command, result: ResultByCommand[CommandType]): void {
    if (command.type === 'RecordPerson' && 'personId' in result) {
      const { personId, sealed } = result;
      keep(this.persons, { personId, sealed, identities: command.data.identities });
    }
    if (command.type !== 'RequestEnrichments' || !('enrichments' in result)) return;
    const { optionsHash } = command.data;
    for (const { id, personId, field } of result.enrichments) keep(this.asked, { id, personId, field, optionsHash });
  }

  private maybeTwice(order: Order): readonly Order[] {
    return this.random.chance(0.15) ? [order, order] : [order];
  }

  private record(): Order {
    const { random } = this;
    const known = this.persons.length > 0 && random.chance(0.35) ? random.pick(this.persons) : null;
    const merges = known !== null && random.chance(0.4);
    const data = {
      personId: random.chance(0.2) ? (random.uuid() as PersonId) : null,
      identities: this.identitiesWith(known),
      keyId: `key-${random.hex(4)}` as KeyId,
      sealed: `box-${random.hex(8)}` as Sealed,
      source: 'simulation',
      mergedInto: merges ? { personId: known.personId, over: known.sealed } : null,
    };
    return { type: 'RecordPerson', data };
  }

  /** Those of a known person, of a new one, or of two persons that are not one. */
  private identitiesWith(known: KnownPerson | null): readonly IdentityHash[] {
    const { random, orgId } = this;
    const fresh = () => `hash-${orgId}-${(this.names += 1)}` as IdentityHash;
    if (random.chance(0.02)) return [];
    if (known === null) return Array.from({ length: random.between(1, 3) }, fresh);
    const other = random.chance(0.15) ? random.pick(this.persons).identities : [];
    return [...known.identities.slice(0, 1), ...other.slice(0, 1), ...(random.chance(0.5) ? [fresh()] : [])];
  }

  private request(): Order {
    const { random } = this;
    const count = random.chance(0.07) ? random.between(5, 9) : random.between(1, 3);
    const known = random.pickSome(this.persons, count).map(({ personId }) => personId);
    const strangers = known.length === 0 || random.chance(0.02) ? [random.uuid() as PersonId] : [];
    const data = {
      personIds: [...new Set([...known, ...strangers])],
      field: random.pick(['emails', 'phones'] as const),
      optionsHash: random.chance(0.85) ? 'default' : 'other',
      plan: random.pick(PLANS),
      priceListVersion: 'prices-1',
      ...this.payer(),
      ...(random.chance(0.08) && { maxCredits: random.between(0, 20) }),
      ...(random.chance(0.08) && { force: true as const }),
      dialect: 'operations' as const,
      maxAgeMs: random.between(20_000, 120_000),
    };
    return { type: 'RequestEnrichments', data };
  }

  /** A user, or a key with caps that its owner may have changed since. */
  private payer(): { readonly createdBy: string; readonly keyCaps?: KeyCaps } {
    const { random } = this;
    if (random.chance(0.7)) return { createdBy: `user-${random.between(1, 3)}` };
    const createdBy = `key:${random.between(1, 3)}`;
    const daily = random.chance(0.3) ? random.between(10, 60) : null;
    const total = random.chance(0.1) ? random.between(100, 400) : null;
    return random.chance(0.2) ? { createdBy } : { createdBy, keyCaps: { daily, total } };
  }

  private settings(): Order {
    const { random } = this;
    const cap = (max: number) => (random.chance(0.7) ? null : random.between(0, max));
    const caps = { ...(random.chance(0.7) && { daily: cap(150) }), ...(random.chance(0.7) && { monthly: cap(600) }) };
    const threshold = random.chance(0.4) && { creditThreshold: cap(60) };
    return { type: 'ChangeSettings', data: { by: 'user-1', ...(random.chance(0.95) && { caps }), ...threshold } };
  }

  private cancel(): Order {
    const { random } = this;
    const { personId, field, optionsHash } = this.anyAsked();
    return { type: 'CancelEnrichment', data: { personId, field: random.chance(0.9) ? field : 'signals', optionsHash } };
  }

  private expire(): Order {
    return { type: 'ExpireEnrichment', data: { enrichmentId: this.anyAsked().id } };
  }

  /** Mostly the newest: those may be pending still. */
  private anyAsked(): AskedFor {
    const { random, asked } = this;
    const stranger = {
      id: random.uuid(),
      personId: random.uuid(),
      field: 'emails',
      optionsHash: 'default',
    } as AskedFor;
    if (asked.length === 0) return stranger;
    return random.chance(0.7) ? (asked.at(-random.between(1, 4)) ?? stranger) : random.pick(asked);
  }

  /** Of anything, pending or not, found or not. */
  private refund(): Order {
    const { random } = this;
    const amount = random.chance(0.5) ? null : random.between(0, 4);
    return { type: 'RefundEnrichment', data: { ...this.because(), enrichmentId: this.anyAsked().id, amount } };
  }

  private adjust(): Order {
    return { type: 'AdjustCredits', data: { ...this.because(), amount: this.random.between(-25, 15) } };
  }

  private because() {
    const note = { keyId: `key-${this.random.hex(4)}` as KeyId, sealed: `box-${this.random.hex(8)}` as Sealed };
    return { reasonCode: this.random.pick(['goodwill', 'correction'] as const), by: 'key:operator', note };
  }

  private grant(nowMs: number): Order {
    const { random } = this;
    const lastsMs = random.weighted({ ever: 2.4, short: 5, day: 0.3, week: 0.3, past: 0.4 });
    // Days end within a world only when there is a night; that they end soon is spoken of in any.
    const range = {
      ever: null,
      short: [1_000, 90_000],
      day: [DAY_MS, DAY_MS + 400_000],
      week: [7 * DAY_MS, 7 * DAY_MS + 400_000],
      past: [-5_000, 0],
    } as const;
    const span = range[lastsMs];
    const expiresAt = span === null ? null : instantOf(nowMs + random.between(span[0], span[1]));
    const amount = random.chance(0.03) ? 0 : random.between(1, 40);
    return { type: 'GrantCredits', data: { amount, source: 'purchase', expiresAt, referenceId: null } };
  }
}

const keep = <T>(list: T[], value: T): void => {
  list.push(value);
  if (list.length > KNOWN_MAX) list.shift();
};
