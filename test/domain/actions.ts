import * as fc from 'fast-check';
import type { Command } from '../../src/domain/command.js';
import type { Decision } from '../../src/domain/decision.js';
import { NO_MARK } from '../../src/domain/credits/ledger-statement.js';
import type { CommandId, EnrichmentId } from '../../src/domain/kernel/ids.js';
import { instantOf } from '../../src/domain/kernel/instant.js';
import type { Plan } from '../../src/domain/waterfall/plan.js';
import { streams } from '../../src/domain/streams.js';
import {
  adjust,
  at,
  cancel,
  checkpoint,
  command,
  expire,
  expireGrants,
  grant,
  hashOfKey,
  hit,
  keyId,
  personId,
  PLAN,
  record,
  refund,
  request,
  response,
  sealed,
  step,
} from './fixtures.js';
import type { World } from './world.js';

/** What may happen next, free of ids, so that any list of them can be played and shrunk. */
const PEOPLE = ['ada', 'bob', 'cyd', 'dan', 'eve'] as const;
/** Eve is not known to begin with. */
const KNOWN = PEOPLE.slice(0, 4);
/** Shorter than an enrichment may take, so that reservations outlive their grants. */
const LASTS_MS = 600_000;
/** Grants that last days and a little are soon spoken of (CR-13). */
const DAY_MS = 86_400_000;
const PLANS: readonly Plan[] = [
  PLAN,
  { ...PLAN, stop: 'first_found', cachePrice: 0 },
  { ...PLAN, stop: 'best_of_n', n: 2 },
  { ...PLAN, steps: [step('only', 4)], cachePrice: 4 },
];
const VERIFICATIONS = [
  'deliverable',
  'catch_all_verified',
  'valid',
  'probable',
  'catch_all',
  'unknown',
  'invalid',
] as const;

const person = fc.nat({ max: KNOWN.length - 1 });
const anybody = fc.nat({ max: PEOPLE.length - 1 });
const nat = fc.nat({ max: 1_000 });
const anyCap = fc.option(fc.nat({ max: 30 }), { freq: 2 });
const anyLimits = fc.record(
  {
    createdBy: fc.constantFrom('key:a', 'key:b'),
    force: fc.constant(true as const),
    maxCredits: fc.nat({ max: 12 }),
    keyCaps: fc.record({ daily: anyCap, total: anyCap }),
  },
  { requiredKeys: ['createdBy'] },
);
const ACTIONS = {
  grant: fc.record({
    amount: fc.integer({ min: 1, max: 15 }),
    // No fc.option: at this depth it is nearly always null.
    lastsMs: fc
      .tuple(fc.constantFrom(null, null, 0, 0, 1, 7), fc.integer({ min: 1, max: 1_500_000 }))
      .map(([days, ms]) => (days === null ? null : days * DAY_MS + ms)),
  }),
  record: fc.record({ person: anybody, key: fc.nat({ max: 2 }) }),
  request: fc.record({
    people: fc.oneof(
      { weight: 9, arbitrary: fc.uniqueArray(person, { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.uniqueArray(anybody, { minLength: 1, maxLength: 5 }) },
    ),
    plan: fc.nat({ max: PLANS.length - 1 }),
    phones: fc.boolean(),
    key: fc.oneof({ weight: 4, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat({ max: 3 }) }),
    limits: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: anyLimits }),
  }),
  settings: fc.record({
    caps: fc.record({ daily: anyCap, monthly: anyCap }, { requiredKeys: [] }),
    creditThreshold: fc.constantFrom(undefined, undefined, null, 3, 10, 20),
  }),
  respond: fc.record({
    pick: nat,
    ended: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
    shift: fc.constantFrom(0, 0, 0, 0, 0, 0, -1, 1),
    outcome: fc.constantFrom('hit', 'hit', 'miss', 'error', 'skipped'),
    verification: fc.constantFrom(...VERIFICATIONS),
    cache: fc.boolean(),
  }),
  cancel: fc.record({ person, phones: fc.boolean() }),
  expire: fc.record({ pick: nat }),
  refund: fc.record({ pick: nat, amount: fc.constantFrom(null, null, 0, 1, 1, 2, 4) }),
  adjust: fc.record({ amount: fc.integer({ min: -12, max: 8 }) }),
  expireGrants: fc.constant({}),
  checkpoint: fc.record({ late: fc.boolean() }),
  wait: fc.record({
    ms: fc.oneof(fc.nat({ max: 1_000 }), fc.nat({ max: 60_000 }), fc.integer({ min: 60_000, max: 900_000 })),
  }),
  resend: fc.record({ pick: nat, later: fc.boolean() }),
} as const;
type Kind = keyof typeof ACTIONS;
type DataOf<K extends Kind> = (typeof ACTIONS)[K] extends fc.Arbitrary<infer D> ? D : never;
export type Action = { [K in Kind]: { readonly kind: K; readonly data: DataOf<K> } }[Kind];

const WEIGHTS: Readonly<Record<Kind, number>> = {
  grant: 3,
  record: 2,
  request: 6,
  settings: 1,
  respond: 8,
  cancel: 1,
  expire: 1,
  refund: 2,
  adjust: 1,
  expireGrants: 2,
  checkpoint: 1,
  wait: 4,
  resend: 3,
};

export const anyActions = fc.array(
  fc.oneof(
    ...(Object.keys(ACTIONS) as Kind[]).map((kind) => ({
      weight: WEIGHTS[kind],
      arbitrary: (ACTIONS[kind] as fc.Arbitrary<unknown>).map((data) => ({ kind, data }) as Action),
    })),
  ),
  { maxLength: 70, size: 'max' },
);

/** The command that an action means in this world; null when it only lets time pass. */
export const commandOf = (world: World, { kind, data }: Action): Command | null => {
  const envelope = { sentAtMs: world.nowMs };
  switch (kind) {
    case 'grant': {
      const expiresAt = data.lastsMs === null ? null : instantOf(world.nowMs + data.lastsMs);
      return grant(data.amount, { expiresAt }, envelope);
    }
    case 'record':
      return recordOf(PEOPLE[data.person] ?? 'ada', data.key, envelope);
    case 'request': {
      const keyed = { keyed: true, fingerprint: `f-${data.plan}` };
      const forced = 'force' in data.limits ? { ...keyed, id: `forced-${world.commands.length}` as CommandId } : {};
      const key = data.key === null ? forced : { ...keyed, id: `key-${data.key}` as CommandId };
      const asked = {
        ...data.limits,
        plan: PLANS[data.plan] ?? PLAN,
        field: data.phones ? 'phones' : 'emails',
      } as const;
      return request(
        data.people.map((index) => PEOPLE[index] ?? 'ada'),
        asked,
        { ...envelope, ...key },
      );
    }
    case 'settings':
      return command(
        'ChangeSettings',
        {
          caps: data.caps,
          by: 'user_1',
          ...(data.creditThreshold !== undefined && { creditThreshold: data.creditThreshold }),
        },
        envelope,
      );
    case 'respond':
      return respondOf(world, data);
    case 'cancel':
      return cancel(PEOPLE[data.person] ?? 'ada', { field: data.phones ? 'phones' : 'emails' }, envelope);
    case 'expire':
      return expire(pickFrom(world.enrichmentIds(), data.pick) ?? NOWHERE, envelope);
    case 'refund':
      return refund(pickFrom(world.enrichmentIds(), data.pick) ?? NOWHERE, { amount: data.amount }, envelope);
    case 'adjust':
      return adjust(data.amount, envelope);
    case 'expireGrants':
      return expireGrants(envelope);
    case 'checkpoint':
      return checkpoint(data.late ? NO_MARK : (world.state.get(streams.checkpoint(0)) ?? NO_MARK), {}, envelope);
    case 'wait':
      world.wait(data.ms);
      return null;
    case 'resend': {
      const again = pickFrom(world.commands, data.pick);
      // Only who has a key sends anew under the same id; all others send a copy, or something of their own.
      return again?.keyed && data.later ? { ...again, sentAtMs: world.nowMs } : (again ?? null);
    }
  }
};

const NOWHERE = 'nowhere' as EnrichmentId;

const recordOf = (name: string, key: number, envelope: { readonly sentAtMs: number }) => {
  const identities = [hashOfKey(name), ...(key > 0 ? [hashOfKey(`${name}-${key}`)] : [])];
  return record({ personId: personId(name), identities, keyId: keyId(name), sealed: sealed(name) }, envelope);
};

const respondOf = (world: World, data: DataOf<'respond'>): Command | null => {
  const all = world.enrichmentIds().map((id) => world.state.get(streams.enrichment(id)));
  const enrichment = pickFrom(
    all.filter((one) => (one?.pending === null) === data.ended),
    data.pick,
  );
  if (!enrichment) return null;
  const open = enrichment.pending?.attempt ?? { attempt: enrichment.lines.length + 1, step: 1, provider: 'fast' };
  const attempt = open.attempt + data.shift;
  const fromCache = data.cache && attempt === 1;
  const values = data.outcome === 'hit' || fromCache ? hit(data.verification) : { outcome: data.outcome };
  const origin = fromCache ? { step: 0, provider: 'cache', cacheId: 'cache-1' } : {};
  const envelope = { id: `answer-${enrichment.id}-${attempt}` as CommandId, sentAtMs: world.nowMs };
  return response(enrichment.id, { ...open, attempt, ...values, ...origin }, envelope);
};

const pickFrom = <T>(values: readonly T[], pick: number): T | undefined => values[pick % Math.max(values.length, 1)];

/** Plays the actions; `after` sees each command and what was decided. */
export const play = (
  world: World,
  actions: readonly Action[],
  after: (sent: Command, decision: Decision) => void = () => undefined,
): World => {
  world.send(grant(6, { expiresAt: at(LASTS_MS) }));
  world.send(grant(10));
  for (const name of KNOWN) world.send(recordOf(name, 0, { sentAtMs: world.nowMs }));
  for (const action of actions) {
    const next = commandOf(world, action);
    if (next !== null) after(next, world.send(next));
  }
  return world;
};
