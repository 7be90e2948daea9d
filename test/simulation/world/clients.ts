import { createHash } from 'node:crypto';
import { exchange } from '../../../src/commands/exchange.js';
import { Unavailable } from '../../../src/commands/outcomes.js';
import type { Command } from '../../../src/domain/command.js';
import type { CommandId, OrgId } from '../../../src/domain/kernel/ids.js';
import { commandIdFrom } from '../../../src/log/command-id.js';
import type { Installation } from './installation.js';
import { OrderBook, type Order } from './order-book.js';
import type { Random } from './random.js';
import type { SimProcess } from './sim-process.js';

const ORGS = 9;
const SENT_MAX = 400;
/** X-07; now and then somebody forgets. */
const MUST_BE_KEYED: ReadonlySet<string> = new Set(['GrantCredits', 'RefundEnrichment', 'AdjustCredits']);
/** A client that got no answer under its key asks again this often. */
const REPEATS_MAX = 3;
const GARBAGE = ['', '{', '[]', '{"id":"no-type"}', '{"id":"no-org","type":"GrantCredits","data":{}}', '\u0000\u0001'];

/** The users of all orgs, on whatever process the load balancer gives them. */
export class Clients {
  /** Commands that were thought of; repeats and copies not counted. */
  issued = 0;
  private readonly random: Random;
  private readonly books: readonly OrderBook[];
  private readonly sent: Command[] = [];
  private readonly keyed: Command[] = [];
  private keys = 0;

  constructor(private readonly world: Installation) {
    this.random = world.random.fork('clients');
    this.books = Array.from(
      { length: ORGS },
      (_, n) => new OrderBook(`org_${n}` as OrgId, this.random.fork(`org ${n}`)),
    );
  }

  /** Many at the same moment, so that batches fill and people collide. */
  burst(): void {
    const count = this.random.between(1, this.random.chance(0.2) ? 45 : 15);
    for (let n = 0; n < count; n += 1) this.something();
  }

  private something(): void {
    const { random } = this;
    const what = random.weighted({ new: 86, again: 5, otherwise: 1.5, copy: 6, garbage: 0.5 });
    if (what === 'new') this.orderFrom(random.pick(this.books));
    if (what === 'again' && this.keyed.length > 0) this.ask(random.pick(this.keyed), REPEATS_MAX);
    if (what === 'otherwise' && this.keyed.length > 0) this.askOtherwise(random.pick(this.keyed));
    if (what === 'copy' && this.sent.length > 0) this.copy(random.pick(this.sent));
    if (what === 'garbage') this.garbage();
  }

  private orderFrom(book: OrderBook): void {
    for (const order of book.next(this.world.clock.now())) this.place(order, book);
  }

  private bookOf(command: Command): OrderBook {
    const book = this.books.find(({ orgId }) => orgId === command.orgId);
    if (book === undefined) throw new Error(`nobody is ${command.orgId}`);
    return book;
  }

  private place(order: Order, { orgId }: OrderBook): void {
    const { random } = this;
    const needsKey = MUST_BE_KEYED.has(order.type) || ('force' in order.data && order.data.force === true);
    const keyed = random.chance(needsKey ? 0.96 : 0.25);
    this.issued += 1;
    const correlationId = `request-${this.issued}`;
    const id = keyed ? commandIdFrom(orgId, order.type, (this.keys += 1)) : (random.uuid() as CommandId);
    const fingerprint = keyed ? createHash('sha1').update(correlationId).digest('hex') : null;
    const command = { ...order, id, orgId, keyed, fingerprint, correlationId, sentAtMs: 0 };
    this.ask({ ...command, waitMs: random.pick([5_000, 10_000, 30_000]), replyTo: null } as Command, 1);
    if (keyed) keep(this.keyed, { ...command, waitMs: 10_000, replyTo: null } as Command);
  }

  private askOtherwise(command: Command): void {
    this.ask({ ...command, fingerprint: `other-${this.random.hex(4)}` }, REPEATS_MAX);
  }

  /** Asks now, through whatever process there is, and waits. */
  private ask(asked: Command, tries: number): void {
    const process = this.world.anyServing(this.random);
    if (process === null) return;
    const command = { ...asked, sentAtMs: process.clock.now(), replyTo: process.replies.replyTo } as Command;
    keep(this.sent, command);
    void this.exchanged(process, command).then((answered) => {
      if (answered || !command.keyed || tries >= REPEATS_MAX) return;
      this.world.clock.after(this.random.between(100, 20_000), () => this.ask(asked, tries + 1));
    });
  }

  private async exchanged(process: SimProcess, command: Command): Promise<boolean> {
    const { world } = this;
    const { replies, sender, clock } = process;
    const waitMs = command.waitMs ?? 0;
    try {
      const reply = await exchange(command, { replies, sender, clock, waitMs, logger: world.logger });
      world.heard(command, reply);
      if (reply.answer.kind === 'answered') this.bookOf(command).heard(command, reply.answer.result);
      else if (reply.answer.refusal.reason === 'stale_person') this.mergeAnew(command);
      return true;
    } catch (error) {
      if (!(error instanceof Unavailable)) world.broke(error as Error);
      world.paths.saw('client got no answer');
      return false;
    }
  }

  private mergeAnew(command: Command): void {
    const merged = command.type === 'RecordPerson' ? this.bookOf(command).merged(command) : null;
    if (merged === null || !command.keyed) return;
    this.world.paths.saw('merged anew under the same id');
    this.ask({ ...command, ...merged } as Command, REPEATS_MAX);
  }

  /** The very same bytes again, from anywhere, at any time. */
  private copy(command: Command): void {
    this.world.paths.saw('command copied by the network');
    this.world
      .anyServing(this.random)
      ?.sender.send(command)
      .catch(() => undefined);
  }

  private garbage(): void {
    const { broker, topics } = this.world;
    const partition = this.random.pick(broker.partitionsOf(topics.commands));
    partition.append([{ key: 'garbage', value: Buffer.from(this.random.pick(GARBAGE)) }]);
  }
}

const keep = <T>(list: T[], value: T): void => {
  list.push(value);
  if (list.length > SENT_MAX) list.shift();
};
