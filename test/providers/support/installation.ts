import type { Command } from '../../../src/domain/command.js';
import type { EnrichmentId, KeyId, OrgId, Sealed } from '../../../src/domain/kernel/ids.js';
import type { CacheQuestion, CacheRow, KnownContacts } from '../../../src/providers/contact-cache.js';
import { Dispatcher } from '../../../src/providers/dispatcher.js';
import type { LookupRequest, Outcome, PendingLookup, ProviderAdapter } from '../../../src/providers/provider.js';
import { ProviderRegistry } from '../../../src/providers/registry.js';
import { createLogger } from '../../../src/observability/logger.js';
import type { EventBatch } from '../../../src/log/event-follower.js';
import { MemoryVault } from '../../../src/vault/memory-vault.js';
import { settle, VirtualClock } from '../../log/virtual-clock.js';
import { EventSource, planOf, type Wanted } from './enrichments.js';
import { MemoryAttemptQueue, MemoryTable } from './memory-attempt-queue.js';

export type Sent = Command<'RecordProviderResponse'>;

/** Keeps what was sent; throws the failures first. */
export class FakeSender {
  readonly sent: Sent[] = [];
  readonly failures: Error[] = [];

  async send(command: Sent): Promise<void> {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.sent.push(command);
  }
}

export class FakeKnownContacts implements KnownContacts {
  readonly asked: CacheQuestion[] = [];
  entries: Omit<CacheRow, 'question'>[] = [];

  async find(questions: readonly CacheQuestion[]): Promise<readonly CacheRow[]> {
    this.asked.push(...questions);
    return questions.flatMap((_, question) => this.entries.map((entry) => ({ ...entry, question })));
  }
}

export const HIT: Outcome = {
  kind: 'hit',
  values: {
    emails: [
      {
        value: 'jane@EXAMPLE.com',
        type: 'work',
        status: 'deliverable',
        provider: 'vendor',
        confidence: 0.9,
        verifiedAt: '2026-11-21T00:00:00.000Z',
      },
    ],
  },
  cost: { credits: 1, basis: 'reported' },
};
export const MISS: Outcome = { kind: 'miss', reason: 'not_found', cost: { credits: 0, basis: 'reported' } };

type Reply = Outcome | PendingLookup;

/** A vendor whose answers a test gives by hand, or ahead of time. */
export class FakeAdapter implements ProviderAdapter {
  readonly fields = ['emails', 'phones', 'personal_emails'] as const;
  readonly calls: LookupRequest[] = [];
  readonly polls: string[] = [];
  /** Given out first; then calls stay open until `answer`. */
  readonly replies: (Reply | Error)[] = [];
  private readonly open: ((reply: Reply) => void)[] = [];
  accepted = true;

  constructor(
    readonly id: string,
    readonly sandbox: boolean,
    readonly paid: boolean,
    readonly limits: ProviderAdapter['limits'] = { concurrency: 10 },
  ) {}

  accepts(): boolean {
    return this.accepted;
  }

  lookup(request: LookupRequest): Promise<Reply> {
    this.calls.push(request);
    return this.reply();
  }

  poll(ref: string): Promise<Reply> {
    this.polls.push(ref);
    return this.reply();
  }

  /** Answers the oldest open call. */
  answer(reply: Reply): void {
    const resolve = this.open.shift();
    if (resolve === undefined) throw new Error('no call is open');
    resolve(reply);
  }

  private reply(): Promise<Reply> {
    const ready = this.replies.shift();
    if (ready instanceof Error) return Promise.reject(ready);
    return ready === undefined ? new Promise((resolve) => this.open.push(resolve)) : Promise.resolve(ready);
  }
}

/** Lets statements and continuations that wait for nothing else run. */
export const calm = async (): Promise<void> => {
  for (let turn = 0; turn < 25; turn++) await settle();
};

/** Dispatchers of one installation over one table; each `process` is one. */
export class Installation {
  readonly clock = new VirtualClock();
  readonly vault = new MemoryVault();
  readonly table = new MemoryTable();
  readonly sender = new FakeSender();
  readonly known = new FakeKnownContacts();
  readonly source = new EventSource(this.vault, () => this.clock.now());

  process(name: string, adapters: readonly ProviderAdapter[]): { dispatcher: Dispatcher; queue: MemoryAttemptQueue } {
    const queue = new MemoryAttemptQueue(this.table, name, this.clock);
    const dispatcher = new Dispatcher({
      queue,
      knownContacts: this.known,
      vault: this.vault,
      sender: this.sender,
      registry: new ProviderRegistry(adapters),
      liveProcesses: () => 1,
      clock: this.clock,
      logger: createLogger('silent'),
      random: () => 0,
    });
    return { dispatcher, queue };
  }

  async request(wanted: Wanted): Promise<EventBatch> {
    return this.source.batch([await this.source.requested(wanted)]);
  }

  valuesOf(sealed: Sealed | null, keyId: KeyId | null, orgId = 'org_a' as OrgId): Promise<unknown> {
    return this.vault.open(orgId, keyId as KeyId, 'values', sealed as Sealed);
  }

  /** Time passes in small steps, so that what one timer starts is through before the next fires. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 500) {
      await calm();
      await this.clock.pass(Math.min(500, left));
    }
    await calm();
  }

  sentFor(enrichmentId: EnrichmentId): readonly Sent['data'][] {
    return this.sender.sent.map(({ data }) => data).filter((data) => data.enrichmentId === enrichmentId);
  }
}

export const TEST_ORG = 'org_a~test' as OrgId;
export const asked = (number: number, ...providers: string[]): Wanted => ({ number, plan: planOf(...providers) });
export const vendor = (id = 'vendor', limits?: FakeAdapter['limits']): FakeAdapter =>
  new FakeAdapter(id, false, true, limits);
export const freeVendor = (id = 'free'): FakeAdapter => new FakeAdapter(id, false, false);
