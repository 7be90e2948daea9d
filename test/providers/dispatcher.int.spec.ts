import { readConfig } from '../../src/config/config.js';
import { Database, statement } from '../../src/db/database.js';
import { migrate } from '../../src/db/migrate.js';
import type { EnrichmentId, IdentityHash, OrgId } from '../../src/domain/kernel/ids.js';
import { createLogger } from '../../src/observability/logger.js';
import { systemClock } from '../../src/observability/clock.js';
import { PostgresKnownContacts } from '../../src/providers/contact-cache.js';
import { planFor } from '../../src/providers/default-waterfalls.js';
import { Dispatcher } from '../../src/providers/dispatcher.js';
import { PostgresAttemptQueue } from '../../src/providers/postgres-attempt-queue.js';
import { PROVIDER_CHECKPOINTS } from '../../src/providers/provider-checkpoints.js';
import { ProviderRegistry, registryOf } from '../../src/providers/registry.js';
import { MemoryVault } from '../../src/vault/memory-vault.js';
import { CACHE_ORG } from '../../src/vault/vault.js';
import { testStack } from '../support/stack.js';
import { EventSource, enrichmentIdOf, planOf, type Wanted } from './support/enrichments.js';
import { FakeAdapter, HIT, MISS, type Sent } from './support/installation.js';

const SCHEMA = 'dispatcher_spec';
const DROP = statement('drop', `drop schema if exists ${SCHEMA} cascade`);
const EMPTY = statement('empty', 'truncate attempts, provider_checkpoints, known_contacts, rate_shares');
const OPEN = statement('open', 'select count(*)::int as rows, count(called_at)::int as called from attempts');
const AGE = statement('age', "update attempts set due_at = due_at - interval '1 hour'");
const KNOWN = statement(
  'known',
  `insert into known_contacts values ($1, 'emails', $2, 'vendor', 'deliverable', $3, $4, now() - $5::interval, now(), 0, 1)`,
);

/** Resolves each time something was sent. */
class Outbox {
  readonly sent: Sent[] = [];
  private waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  async send(command: Sent): Promise<void> {
    this.sent.push(command);
    for (const { resolve } of this.waiting.filter(({ count }) => count <= this.sent.length)) resolve();
  }

  reached(count: number): Promise<void> {
    if (this.sent.length >= count) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }
}

describe('dispatcher on Postgres', () => {
  let relaxed: Database;
  let durable: Database;
  let outbox: Outbox;
  let source: EventSource;
  let running: Dispatcher[];
  const vault = new MemoryVault();
  const config = readConfig({ SANDBOX_SPEED: 'instant' });

  beforeAll(async () => {
    const url = testStack().databaseUrl;
    durable = await Database.connect({ url, schema: SCHEMA, durability: 'durable', poolMax: 2 });
    relaxed = await Database.connect({ url, schema: SCHEMA, durability: 'relaxed', poolMax: 2 });
    await durable.query(DROP);
    await migrate(durable, { url: testStack().databaseUrl, schema: SCHEMA });
  });
  afterAll(async () => {
    await durable.query(DROP);
    await Promise.all([durable.close(), relaxed.close()]);
  });
  beforeEach(async () => {
    await durable.query(EMPTY);
    outbox = new Outbox();
    source = new EventSource(vault, () => Date.now());
    running = [];
  });
  afterEach(() => Promise.all(running.map((dispatcher) => dispatcher.stop())));

  const processOf = (name: string, registry: ProviderRegistry): Dispatcher =>
    new Dispatcher({
      queue: new PostgresAttemptQueue({ relaxed, durable }, name),
      knownContacts: new PostgresKnownContacts(relaxed),
      vault,
      sender: outbox,
      registry,
      liveProcesses: () => 1,
      clock: systemClock,
      logger: createLogger('silent'),
      random: () => 0,
    });
  const started = async (name: string, registry: ProviderRegistry): Promise<Dispatcher> => {
    const dispatcher = processOf(name, registry);
    dispatcher.start();
    running.push(dispatcher);
    return dispatcher;
  };
  const openRows = () => durable.query<{ rows: number; called: number }>(OPEN);

  it('works 300 enrichments through the whole sandbox waterfall and leaves nothing behind', async () => {
    const wanted = Array.from({ length: 300 }, (_, n): Wanted => ({ number: n, plan: planFor('emails', config) }));
    const dispatcher = await started('a', registryOf(config, systemClock));
    const requested = await Promise.all(wanted.map((each) => source.requested(each)));
    expect(await dispatcher.handle(source.batch(requested))).toBe('stored');
    const byId = new Map(wanted.map((each) => [enrichmentIdOf(each.number), each]));
    for (let read = 0; read < outbox.sent.length || read === 0;) {
      await outbox.reached(read + 1);
      const answers = outbox.sent.slice(read);
      read += answers.length;
      const events = answers.map(({ data }) => {
        const of = byId.get(data.enrichmentId as EnrichmentId) as Wanted;
        return data.outcome === 'hit' || data.step === 3
          ? source.finished(of)
          : source.responded(of, data.attempt, 'next');
      });
      expect(await dispatcher.handle(source.batch(events))).toBe('stored');
      if ((await openRows())[0]?.rows === 0) break;
      await outbox.reached(read + 1);
    }
    const attempts = outbox.sent.map(({ data }) => `${data.enrichmentId}/${data.attempt}`);
    expect(new Set(attempts).size).toBe(attempts.length);
    expect(outbox.sent.filter(({ data }) => data.outcome === 'hit').length).toBeGreaterThan(270);
    expect(await openRows()).toEqual([{ rows: 0, called: 0 }]);
  });

  it('a paid call is committed as begun before it is made; the next process repeats it once and says so', async () => {
    const called: unknown[] = [];
    const first = new FakeAdapter('vendor', false, true);
    const lookup = first.lookup.bind(first);
    let begun = (): void => undefined;
    const made = new Promise<void>((resolve) => (begun = resolve));
    first.lookup = async (request) => {
      called.push((await openRows())[0]?.called);
      begun();
      return lookup(request);
    };
    const crashed = processOf('crashed', new ProviderRegistry([first]));
    await crashed.handle(source.batch([await source.requested({ number: 1, plan: planOf('vendor') })]));
    await made;
    expect(called).toEqual([1]);
    await durable.query(AGE);
    const second = new FakeAdapter('vendor', false, true);
    second.replies.push(HIT);
    await started('next', new ProviderRegistry([second]));
    await outbox.reached(1);
    expect(outbox.sent[0]?.data).toMatchObject({ outcome: 'hit', reason: 'repeated_after_crash' });
    first.answer(MISS);
  });

  it('a position that somebody else has moved is told, and none of the rows is written', async () => {
    const [here, there] = [processOf('here', new ProviderRegistry([])), processOf('there', new ProviderRegistry([]))];
    const batch = source.batch([await source.requested({ number: 1, plan: planOf('vendor') })]);
    expect(await here.handle(batch)).toBe('stored');
    expect(await there.handle(batch)).toBe('moved');
    expect(await PROVIDER_CHECKPOINTS.load(relaxed, 0)).toEqual(batch.checkpoint);
    await outbox.reached(1);
    expect(outbox.sent[0]?.data.reason).toBe('not_configured');
  });

  it('CR-05 the cache is asked by the strongest identity first, and not for entries older than 90 days', async () => {
    const known = new PostgresKnownContacts(relaxed);
    const entry = async (identity: string, cacheId: string, age: string) =>
      durable.query(KNOWN, [identity, cacheId, 'key', 'box', age]);
    await entry('strong', 'of-strong', '89 days');
    await entry('weak', 'of-weak', '1 day');
    await entry('old', 'of-old', '91 days');
    const ask = (...identities: string[]) => ({ identities: identities as IdentityHash[], field: 'emails' as const });
    const questions = [
      ask('strong', 'weak'),
      ask('nobody'),
      ask('old', 'weak'),
      { ...ask('weak'), field: 'phones' as const },
    ];
    const rows = await known.find(questions, 90 * 24 * 3_600_000);
    expect(rows.map(({ question, cacheId }) => [question, cacheId])).toEqual([
      [0, 'of-strong'],
      [2, 'of-weak'],
    ]);
  });

  it('CR-05 a cached contact answers as step 0', async () => {
    const identity = vault.identityHash('linkedin', 'https://www.linkedin.com/in/person-7');
    const keyId = (await vault.keysFor(CACHE_ORG, [identity])).get(identity);
    const sealed =
      HIT.kind === 'hit' && keyId !== undefined && (await vault.seal(CACHE_ORG, keyId, 'values', HIT.values));
    await durable.query(KNOWN, [identity, 'cache-7', keyId, sealed, '1 day']);
    const dispatcher = await started('a', new ProviderRegistry([]));
    const wanted = { number: 7, plan: planOf('vendor') };
    await dispatcher.handle(source.batch([await source.requested(wanted)]));
    await dispatcher.handle(
      source.batch([await source.requested({ ...wanted, number: 8, orgId: 'org_a~test' as OrgId })]),
    );
    await outbox.reached(2);
    const brief = outbox.sent.map(({ data }) => [data.enrichmentId, data.step, data.outcome, data.cacheId]);
    expect(brief).toContainEqual([enrichmentIdOf(7), 0, 'hit', 'cache-7']);
    expect(brief).toContainEqual([enrichmentIdOf(8), 1, 'skipped', null]);
  });
});
