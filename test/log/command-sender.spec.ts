import { Beat } from '../../src/log/beat.js';
import { CommandSender } from '../../src/log/command-sender.js';
import { command } from './contract/harness.js';
import { memoryHarness } from './memory-harness.js';

/** A sender of a process whose event loop is this busy; the sizes of its appends. */
const senderAt = async (utilization: number) => {
  const harness = memoryHarness(1);
  const { topics, clock } = harness;
  const appends: number[] = [];
  const log = harness.process('p', {
    onAppend: ({ records }) => {
      appends.push(records.length);
      return null;
    },
  });
  const beat = new Beat(clock, () => utilization);
  await clock.pass(1_000); // So long that the first look says it all.
  return { sender: new CommandSender({ log, topics, beat }), appends, clock };
};

describe('a command sender', () => {
  it('sends at once what it gets while the process has time', async () => {
    const { sender, appends, clock } = await senderAt(0.5);
    const sent = [sender.send(command(1)), sender.send(command(2))];
    await clock.pass(1);
    expect((await Promise.all(sent)).map(({ offset }) => offset)).toEqual([0n, 1n]);
    expect(appends).toEqual([2]);
  });

  it('lets commands wait for one another while the process is busy', async () => {
    const { sender, appends, clock } = await senderAt(1);
    const sent = [sender.send(command(1))];
    await clock.pass(20);
    sent.push(sender.send(command(2)));
    expect(appends).toEqual([]);
    await clock.pass(30);
    await Promise.all(sent);
    expect(appends).toEqual([2]);
  });

  it('sends what waits when it is closed', async () => {
    const { sender, appends, clock } = await senderAt(1);
    const sent = sender.send(command(1));
    await clock.pass(1);
    const closed = sender.close();
    await clock.pass(5);
    await closed;
    expect([await sent, appends]).toMatchObject([{ offset: 0n }, [1]]);
  });
});
