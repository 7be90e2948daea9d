import type { Duplex } from 'node:stream';
import pg, { type ClientConfig } from 'pg';

/** What `pg` asks its connection to send: the values of one execution of a statement. */
export interface Binding {
  readonly portal?: string;
  readonly statement?: string;
  readonly values?: readonly unknown[];
  /** Whether the answer is wanted in binary. */
  readonly binary?: boolean;
  readonly valueMapper: (value: unknown, index: number) => Parameter | undefined;
}
/** Bytes are sent as binary, texts as text. */
type Parameter = Buffer | string | null;

/** A larger value is sent from where it stands; below, copying is cheaper than one more piece. */
const PIECE_BYTES_MIN = 4 * 1024;
const NULL_LENGTH = -1;
const [TEXT, BINARY] = [0, 1];

/** The message `Bind` of PostgreSQL's protocol, in pieces that follow one another (the manual, 54.7). */
export const bindMessage = ({ portal = '', statement = '', values = [], ...binding }: Binding): readonly Buffer[] => {
  const parameters = values.map((value, index) => binding.valueMapper(value, index) ?? null);
  const lengths = parameters.map(lengthOf);
  const names = `${portal}\0${statement}\0`;
  const fixed = 1 + 4 + Buffer.byteLength(names) + 2 + 2 * parameters.length + 2 + 4 * parameters.length + 2 + 2;
  const bytes = lengths.reduce((sum, length) => sum + length, fixed);
  const apart = parameters.reduce((sum, parameter) => sum + (isPiece(parameter) ? parameter.length : 0), 0);
  const frame = Buffer.allocUnsafe(bytes - apart);
  let at = frame.write('B', 0);
  at = frame.writeInt32BE(bytes - 1, at); // The first byte does not count.
  at += frame.write(names, at);
  at = frame.writeUInt16BE(parameters.length, at);
  for (const parameter of parameters) at = frame.writeInt16BE(Buffer.isBuffer(parameter) ? BINARY : TEXT, at);
  at = frame.writeUInt16BE(parameters.length, at);
  const pieces: Buffer[] = [];
  let sent = 0;
  for (const [index, parameter] of parameters.entries()) {
    at = frame.writeInt32BE(parameter === null ? NULL_LENGTH : (lengths[index] as number), at);
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

const isPiece = (parameter: Parameter): parameter is Buffer =>
  Buffer.isBuffer(parameter) && parameter.length >= PIECE_BYTES_MIN;

/** How many bytes it took. */
const write = (frame: Buffer, at: number, parameter: Parameter): number => {
  if (parameter === null) return 0;
  return typeof parameter === 'string' ? frame.write(parameter, at) : parameter.copy(frame, at);
};

/** The part of `pg`'s connection that is used here, and not in its types. */
interface BindingConnection {
  readonly stream: Duplex;
  bind(binding: Binding): void;
}

/**
 * `pg`'s client, but for how values are sent. Its own way is one buffer that grows by half whenever the next value does
 * not fit: for the arrays of a large statement three times their bytes, all copied more than once, were a quarter of
 * the memory outside of the heap that an enrichment took, and made V8 collect all of the heap more often (bench).
 */
export class PiecewiseClient extends pg.Client {
  constructor(config?: string | ClientConfig) {
    super(config);
    const { connection } = this as unknown as { readonly connection: BindingConnection };
    connection.bind = (binding) => {
      const pieces = bindMessage(binding);
      if (connection.stream.writable) for (const piece of pieces) connection.stream.write(piece);
    };
  }
}
