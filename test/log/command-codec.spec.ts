import { commandIdOf, CommandUnreadable, decodeCommand, encodeCommand } from '../../src/log/command-codec.js';
import { command } from './contract/harness.js';

const failureOf = (value: Buffer): CommandUnreadable => {
  try {
    decodeCommand(value);
  } catch (error) {
    if (error instanceof CommandUnreadable) return error;
    throw error;
  }
  throw new Error('it was readable');
};

describe('a command', () => {
  it('is read back as it was sent', () => {
    const sent = command(1, { replyTo: { instance: 'http-1', partition: 3 }, waitMs: 10_000 });
    expect(decodeCommand(encodeCommand(sent))).toEqual(sent);
    expect(commandIdOf(encodeCommand(sent))).toBe('command-1');
  });

  it.each(['id', 'type', 'orgId', 'data', 'sentAtMs', 'waitMs', 'replyTo'])('is unreadable without %s', (key) => {
    expect(failureOf(Buffer.from(JSON.stringify({ ...command(1), [key]: undefined }))).message).toContain(key);
  });

  it('leaves what could be read of it, so that whoever waits can be answered', () => {
    const broken = { ...command(1), data: 5, replyTo: { instance: 'http-1', partition: 3 } };
    expect(failureOf(Buffer.from(JSON.stringify(broken))).remains).toEqual({
      commandId: 'command-1',
      orgId: 'org_contract',
      replyTo: { instance: 'http-1', partition: 3 },
    });
  });

  it.each(['', 'x', 'null', '[]', '7', '\u0000'])('as %j has a name of its own, the same every time', (text) => {
    const { commandId, orgId, replyTo } = failureOf(Buffer.from(text)).remains;
    expect(commandId).toMatch(/^unreadable-[0-9a-f]{32}$/);
    expect([commandIdOf(Buffer.from(text)), orgId, replyTo]).toEqual([commandId, null, null]);
    expect(commandIdOf(Buffer.from(`${text} `))).not.toBe(commandId);
  });
});
