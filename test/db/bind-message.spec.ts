import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import pg from 'pg';
import { bindMessage, PiecewiseClient, type Binding } from '../../src/db/bind-message.js';

/** What `pg` itself sends. */
const theirs = (binding: Binding): Buffer => {
  const stream = new PassThrough();
  const connection = new pg.Connection({ stream } as never);
  connection.bind(binding as never, false);
  return stream.read() as Buffer;
};

const ours = (binding: Binding): Buffer => Buffer.concat(bindMessage(binding));

const asItIs = (value: unknown): string => value as string;

const VALUE = fc.oneof(
  fc.constant(null),
  fc.constant(undefined),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
  fc.integer({ min: 4_090, max: 4_110 }).map((length) => Buffer.alloc(length, length)),
  fc.integer({ min: 4_090, max: 4_110 }).map((length) => 'é'.repeat(length)),
);

describe('a Bind message', () => {
  it('is what pg would send, byte for byte', () => {
    const parts = {
      portal: fc.string({ maxLength: 5 }),
      statement: fc.string({ maxLength: 20 }),
      values: fc.array(VALUE, { maxLength: 12 }),
      binary: fc.boolean(),
      valueMapper: fc.constant(asItIs),
    };
    const binding = fc.record(parts, { requiredKeys: ['valueMapper'] });
    fc.assert(fc.property(binding, (one) => expect(ours(one).equals(theirs(one))).toBe(true)));
  });

  it('has values that stand elsewhere only when they are large, and does not copy them', () => {
    const large = Buffer.alloc(4_096);
    const pieces = bindMessage({ values: [Buffer.alloc(4_095), large, 'x'], valueMapper: asItIs });
    expect(pieces).toHaveLength(3);
    expect(pieces[1]).toBe(large);
  });

  it('maps each value once, with its place', () => {
    const valueMapper = jest.fn((value: unknown, index: number) => `${String(value)}${index}`);
    const mapped = { values: [7, 8], valueMapper };
    expect(ours(mapped).toString()).toContain('81');
    expect(valueMapper.mock.calls).toEqual([
      [7, 0],
      [8, 1],
    ]);
  });
});

describe('a client', () => {
  const LARGE = Buffer.alloc(4_096, 1);

  /** What it writes for such a Bind; its stream is replaced after it was made, as encryption does. */
  const writesOf = (values: readonly unknown[], writable = true): readonly Buffer[] => {
    const { connection } = new PiecewiseClient({}) as unknown as {
      connection: { stream: unknown; bind(binding: Binding): void };
    };
    const written: Buffer[] = [];
    connection.stream = { writable, write: (piece: Buffer) => written.push(piece) };
    connection.bind({ statement: 'one', values, valueMapper: asItIs });
    return written;
  };

  it('sends a large Buffer from where it stands', () => {
    const written = writesOf(['a', LARGE]);
    expect(written[1]).toBe(LARGE);
    expect(Buffer.concat(written).equals(theirs({ statement: 'one', values: ['a', LARGE], valueMapper: asItIs }))).toBe(
      true,
    );
  });

  it('leaves it to pg where there is none', () => {
    const values = ['a', LARGE.subarray(1), 'b'.repeat(5_000)];
    const written = writesOf(values);
    expect(written).toHaveLength(1);
    expect(written[0]?.equals(theirs({ statement: 'one', values, valueMapper: asItIs }))).toBe(true);
  });

  it.each([[['a', LARGE]], [['a']]])('writes nothing to a stream that has ended', (values) => {
    expect(writesOf(values, false)).toEqual([]);
  });
});
