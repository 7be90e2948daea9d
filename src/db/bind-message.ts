import type { Duplex } from 'node:stream';
import pg, { type ClientConfig } from 'pg';

/** What `pg` asks its connection to send: the values of one execution of a statement. */
export interface Binding {
  readonly portal?: string | undefined;
  readonly statement?: string | undefined;
  readonly values?: readonly unknown[] | undefined;
  /** Whether the answer is wanted in binary. */
  readonly binary?: boolean | undefined;
  /** Makes bytes, which are sent as binary, or a text of every value. */
  readonly valueMapper: (value: unknown, index: number) => Parameter | undefined;
}
type Parameter = Buffer | string | null;

/** A Buffer of so many bytes is sent from where it stands; below, copying is cheaper than one more piece. */
const PIECE_BYTES_MIN = 4 * 1024;
const NULL_LENGTH = -1;
const [TEXT, BINARY] = [0, 1];

/** The message `Bind` of PostgreSQL's protocol, in pieces that follow one another (the manual, 54.7). */
export const bindMessage = (binding: Binding): readonly Buffer[] => {
  const parameters = (binding.values ?? []).map((value, index) => binding.valueMapper(value, index) ?? null);
  const names = `${binding.portal ?? ''}\0${binding.statement ?? ''}\0`;
  // Type and length of the message, two counts, of each parameter a format and a length, the format of the answer.
  const fixed = 5 + Buffer.byteLength(names) + 2 * 2 + parameters.length * (2 + 4) + 4;
  const bytes = parameters.reduce((sum, parameter) => sum + lengthOf(parameter), fixed);
  const apart = parameters.reduce((sum, parameter) => sum + (isPiece(parameter) ? parameter.length : 0), 0);
  const frame = Buffer.allocUnsafe(bytes - apart);
  let at = frame.write('B', 0);
  at = frame.writeInt32BE(bytes - 1, at); // The type does not count.
  at += frame.write(names, at);
  at = frame.writeUInt16BE(parameters.length, at);
  for (const parameter of parameters) at = frame.writeInt16BE(Buffer.isBuffer(parameter) ? BINARY : TEXT, at);
  at = frame.writeUInt16BE(parameters.length, at);
  const pieces: Buffer[] = [];
  let sent = 0;
  for (const parameter of parameters) {
    at = frame.writeInt32BE(parameter === null ? NULL_LENGTH : lengthOf(parameter), at);
    if (isPiece(parameter)) {
      pieces.push(frame.subarray(sent, at), parameter);
      sent = at;
    } else at += write(frame, at, parameter);
  }
  at = frame.writeInt16BE(1, at);
  frame.writeInt16BE(binding.binary === true ? BINARY : TEXT, at);
  return [...pieces, frame.subarray(sent)];
};

const lengthOf = (parameter: Parameter): number =>
  typeof parameter === 'string' ? Buffer.byteLength(parameter) : (parameter?.length ?? 0);

const isPiece = (value: unknown): value is Buffer => Buffer.isBuffer(value) && value.length >= PIECE_BYTES_MIN;

/** How many bytes it took. */
const write = (frame: Buffer, at: number, parameter: Parameter): number => {
  if (parameter === null) return 0;
  return typeof parameter === 'string' ? frame.write(parameter, at) : parameter.copy(frame, at);
};

/** The part of `pg`'s connection that is used here, and not in its types. */
interface BindingConnection {
  /** Another one once the connection is encrypted. */
  readonly stream: Duplex;
  bind(binding: Binding): void;
}

/**
 * `pg`'s client, but for how large Buffers are sent (binary arrays are such). Its own message is one buffer that grows by
 * half whenever the next value does not fit: three times the bytes of a large statement, all copied more than once, were
 * a quarter of the memory outside of the heap that an enrichment took. What has none is sent as `pg` does: it is faster.
 */
export class PiecewiseClient extends pg.Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    const { connection } = this as unknown as { readonly connection: BindingConnection };
    const bindAsPg = connection.bind.bind(connection);
    connection.bind = (binding) => {
      if (binding.values?.some(isPiece) !== true) return bindAsPg(binding);
      const pieces = bindMessage(binding);
      if (connection.stream.writable) for (const piece of pieces) connection.stream.write(piece);
    };
  }
}
