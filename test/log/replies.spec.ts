import { pino } from 'pino';
import type { CommandId } from '../../src/domain/kernel/ids.js';
import { Overloaded } from '../../src/log/errors.js';
import { Replies, type Reply } from '../../src/log/replies.js';
import { memoryHarness } from './memory-harness.js';
import { settle } from './virtual-clock.js';

const ID = 'command-1' as CommandId;
const REPLY: Reply = { commandId: ID, answer: { kind: 'answered', result: {}, replayed: false }, position: null };

const started = async (appendsFail = false) => {
  const harness = memoryHarness(1);
  const log = harness.process('p', { onAppend: () => (appendsFail ? { kind: 'failed' } : null) });
  const warnings: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  const options = { log, topics: harness.topics, instance: 'http-1', logger, waitsMax: 2 };
  const replies = new Replies({ ...options, onFatal: () => undefined });
  await replies.start();
  const appended = () => [0, 1].flatMap((p) => harness.broker.partition(harness.topics.replies, p).records);
  return { replies, appended, warnings };
};

describe('replies', () => {
  it('stay in memory within a process', async () => {
    const { replies, appended } = await started();
    const { reply } = replies.wait(ID);
    await replies.deliver({ replyTo: replies.replyTo }, REPLY);
    expect(await reply).toBe(REPLY);
    expect(appended()).toEqual([]);
  });

  it('answer everybody who waits for the same command', async () => {
    const { replies } = await started();
    const waits = [replies.wait(ID), replies.wait(ID)];
    await replies.deliver({ replyTo: replies.replyTo }, REPLY);
    expect(await Promise.all(waits.map(({ reply }) => reply))).toEqual([REPLY, REPLY]);
  });

  it('are not sent to nobody', async () => {
    const { replies, appended } = await started();
    await replies.deliver({ replyTo: null }, REPLY);
    expect(appended()).toEqual([]);
  });

  it('are awaited by a bounded number of requests; who gives up or is answered makes room', async () => {
    const { replies } = await started();
    const first = replies.wait(ID);
    replies.wait(ID);
    expect(() => replies.wait(ID)).toThrow(Overloaded);
    first.cancel();
    first.cancel();
    replies.wait(ID);
    expect(() => replies.wait(ID)).toThrow(Overloaded);
    await replies.deliver({ replyTo: replies.replyTo }, REPLY);
    replies.wait(ID);
    replies.wait(ID);
    expect(() => replies.wait(ID)).toThrow(Overloaded);
  });

  it('do not reach who has given up', async () => {
    const { replies } = await started();
    const { reply, cancel } = replies.wait(ID);
    const heard: Reply[] = [];
    void reply.then((late) => heard.push(late));
    cancel();
    await replies.deliver({ replyTo: replies.replyTo }, REPLY);
    await settle();
    expect(heard).toEqual([]);
  });

  it('that are lost on the way leave a warning, not an error', async () => {
    const { replies, warnings } = await started(true);
    await replies.deliver({ replyTo: { instance: 'http-2', partition: 0 } }, REPLY);
    expect(warnings.map((line) => (JSON.parse(line) as { commandId: string }).commandId)).toEqual([ID]);
  });
});
