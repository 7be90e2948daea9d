import type { Core } from '../../../src/decider/core.js';
import { emptyAccount, type Account } from '../../../src/domain/credits/account.js';
import { isCreditEvent, linkOf, type CreditMove } from '../../../src/domain/credits/chain.js';
import type { Command, CommandType } from '../../../src/domain/command.js';
import type { DecideContext, Decision } from '../../../src/domain/decision.js';
import { Draft } from '../../../src/domain/draft.js';
import { instantOf } from '../../../src/domain/kernel/instant.js';
import type { StateChanges, StateReader } from '../../../src/domain/state.js';
import { kindOf, streams, type StreamKind } from '../../../src/domain/streams.js';
import type { DomainEvent } from '../../../src/events/event.js';
import type { PlantedBug } from './planted-bug.js';

type Decide = Core['decide'];
type Facts = { readonly command: Command; readonly state: StateReader; readonly context: DecideContext };

const deciding = (change: (decide: Decide) => Decide) => () => ({
  core: (core: Core): Core => ({ ...core, decide: change(core.decide) }),
});

/** What the events change in the state as it is, whoever proposed them: evolve is right. */
const evolved = (events: readonly DomainEvent[], { command, state, context }: Facts): readonly StateChanges[] => {
  const draft = new Draft(state);
  const { orgId, id: commandId } = command;
  const time = instantOf(context.nowMs);
  return events.map((event) => draft.apply({ ...event, orgId, time, commandId }));
};

/** The core decides on a state that is not as it is. */
const onState = (wrong: (state: StateReader) => StateReader, type?: CommandType) =>
  deciding((decide) => (command, state, context) => {
    if (type !== undefined && type !== command.type) return decide(command, state, context);
    const { events, answer } = decide(command, wrong(state), context);
    return { events, answer, changes: evolved(events, { command, state, context }) };
  });

const without = (...kinds: readonly StreamKind[]) =>
  onState((state) => ({ get: (key) => (kinds.includes(kindOf(key)) ? undefined : state.get(key)) }));

const HOUR_MS = 3_600_000;

/** Every grant seems to last an hour longer when credits are reserved. */
const graceForGrants = onState(
  (state) => ({
    get: (key) => {
      const value = state.get(key);
      if (value === undefined || kindOf(key) !== 'account') return value;
      const account = value as Account;
      const later = (instant: string) => instantOf(Date.parse(instant) + HOUR_MS);
      const grants = account.grants.map((grant) => ({
        ...grant,
        expiresAt: grant.expiresAt && later(grant.expiresAt),
      }));
      return { ...account, grants } as unknown as typeof value;
    },
  }),
  'RequestEnrichments',
);

const changing = (change: (decision: Decision, facts: Facts) => Decision) =>
  deciding((decide) => (command, state, context) => {
    const facts = { command, state, context };
    const { events, answer } = change(decide(command, state, context), facts);
    return { events, answer, changes: evolved(events, facts) };
  });

const silentRefusal = changing((decision) =>
  decision.answer.kind === 'refused' ? { ...decision, events: [] } : decision,
);

/** Links the credit events anew, as whoever made them would have. */
const relinked = (events: readonly DomainEvent[], { command, state, context }: Facts): readonly DomainEvent[] => {
  const account = state.get(streams.account(command.orgId)) ?? emptyAccount(command.orgId);
  let head = { entry: account.entry, hash: account.hash };
  return events.map((event) => {
    if (!isCreditEvent(event)) return event;
    const chain = { sha256: context.sha256, unit: context.unit, orgId: command.orgId, time: instantOf(context.nowMs) };
    const link = linkOf(chain, head, event as unknown as CreditMove);
    head = { entry: link.entry, hash: link.hash };
    return { ...event, data: { ...event.data, ...link } } as DomainEvent;
  });
};

/** What a found enrichment does not cost is captured too. */
const capturesTwice = changing((decision, facts) => {
  const first = decision.events.find((event) => event.type === 'CreditsCaptured');
  if (first === undefined) return decision;
  const events = decision.events.map((event) => {
    if (event.type !== 'CreditsReleased') return event;
    const { amount, grants, available } = event.data;
    const taken = grants.map(({ grantId, delta }) => ({ grantId, delta: -delta }));
    const data = { ...first.data, amount, grants: taken, available: available - amount };
    return { ...event, type: 'CreditsCaptured', data } as DomainEvent;
  });
  return { ...decision, events: relinked(events, facts) };
});

/** The hash covers another time than the event has. */
const hashesWrongly = changing((decision, facts) => {
  const context = { ...facts.context, nowMs: facts.context.nowMs + 1 };
  return { ...decision, events: relinked(decision.events, { ...facts, context }) };
});

/** The reservation goes back, though something was found. */
const neverCaptures = changing((decision, facts) => {
  const events = decision.events.filter((event) => event.type !== 'CreditsCaptured');
  return events.length === decision.events.length ? decision : { ...decision, events: relinked(events, facts) };
});

/** More comes back than the enrichment cost. */
const refundsTooMuch = changing((decision, facts) => {
  const isRefund = decision.events.some((event) => event.type === 'CreditsRefunded');
  if (!isRefund) return decision;
  const events = decision.events.map((event) => {
    if (event.type !== 'CreditsRefunded') return event;
    const { amount, grants, available } = event.data;
    const larger = grants.map(({ grantId, delta }) => ({ grantId, delta: delta + 1 }));
    return { ...event, data: { ...event.data, amount: amount + 1, grants: larger, available: available + 1 } };
  });
  return { ...decision, events: relinked(events, facts) };
});

/** What an event changes is forgotten when it is applied, by the owner who decided it and by who replays it. */
const forgetting = (forgets: (event: DomainEvent, kind: StreamKind) => boolean) => () => ({
  core: (core: Core): Core => {
    const left = (event: DomainEvent, changes: StateChanges): StateChanges =>
      changes.filter(([key]) => !forgets(event, kindOf(key)));
    return {
      ...core,
      decide: (command, state, context) => {
        const { events, changes, answer } = core.decide(command, state, context);
        return { events, answer, changes: events.map((event, index) => left(event, changes[index] ?? [])) };
      },
      evolve: (state, event) => left(event, core.evolve(state, event)),
    };
  },
});

/** What deciding hands on lacks what no answer shows: only who replays the events knows better. */
const handsOnTooLittle = deciding((decide) => (command, state, context) => {
  const decision = decide(command, state, context);
  const changes = decision.changes.map((ofEvent) => ofEvent.filter(([key]) => kindOf(key) !== 'spending'));
  return { ...decision, changes };
});

const forgetsDeadlines = () => ({
  core: (core: Core): Core => ({
    ...core,
    dueAt: (key, state) => (kindOf(key) === 'enrichment' ? null : core.dueAt(key, state)),
  }),
});

/** Caps look at what was reserved, and nothing ever comes back. */
const givesNothingBack = forgetting(({ type }, kind) => type === 'CreditsReleased' && kind === 'spending');

/** Whoever sweeps next warns anew. */
const forgetsWarnings = forgetting(({ type }) => type === 'GrantExpiryNeared');

/** Nobody hears that nothing is left. */
const keepsQuiet = changing((decision) => ({
  ...decision,
  events: decision.events.filter(({ type }) => type !== 'CreditsDepleted'),
}));

/** Of an org whose threshold nobody knows, no credits are few. */
const knowsNoThreshold = changing((decision) => ({
  ...decision,
  events: decision.events.filter(({ type }) => type !== 'CreditsRanLow'),
}));

export const CORE_BUGS: readonly PlantedBug[] = [
  { name: 'refuses without logging', plant: silentRefusal },
  { name: 'forgets command ids', plant: without('request', 'recent') },
  { name: 'forgets keys, but not recent ids', plant: without('request') },
  { name: 'burns an expired grant', plant: graceForGrants, rule: 'an expired grant is never burnt' },
  { name: 'captures twice', plant: capturesTwice },
  { name: 'finds without capturing', plant: neverCaptures },
  { name: 'refunds twice', plant: without('refund') },
  { name: 'refunds more than was captured', plant: refundsTooMuch },
  { name: 'warns of a grant again and again', plant: forgetsWarnings },
  { name: 'never says that credits are depleted', plant: keepsQuiet },
  { name: 'never says that credits run low', plant: knowsNoThreshold },
  { name: 'hashes another time than it writes', plant: hashesWrongly },
  { name: 'makes a second enrichment beside an active one', plant: without('current') },
  { name: 'forgets deadlines', plant: forgetsDeadlines },
  { name: 'spends beyond a cap', plant: without('spending'), rule: 'what has to be refused is not executed' },
  { name: 'forgets settings', plant: without('settings') },
  { name: 'gives nothing back to the caps', plant: givesNothingBack },
  {
    name: 'keeps another state than its events make',
    plant: handsOnTooLittle,
    rule: 'an owner knows what the log says',
  },
];
