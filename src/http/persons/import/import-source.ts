import { createHash } from 'node:crypto';
import { ApiError } from '../../../commands/api-error.js';
import type { Clock } from '../../../domain/kernel/clock.js';
import { FILE_BYTES_MAX, fileTooLarge, type IncomingFile } from '../../input/file-body.js';
import { SILENCE_MS_MAX } from './import-bounds.js';

/** The bytes of a file as they arrive: counted, hashed, and no faster than they are worked on. */
export class ImportSource {
  private readonly hash = createHash('sha256');
  private arrived = 0;

  constructor(
    private readonly file: IncomingFile,
    private readonly clock: Clock,
  ) {}

  get bytes(): number {
    return this.arrived;
  }

  /** Hex SHA-256 of the whole file; to be asked for once, at its end. */
  contentHash(): string {
    return this.hash.digest('hex');
  }

  /** @throws ApiError when it is too large, stops arriving, or its sender goes away */
  async *chunks(): AsyncGenerator<Buffer> {
    // The socket has to outlive the file, or nobody could be told what was wrong with it.
    const chunks = this.file.stream.iterator({ destroyOnReturn: false });
    for (;;) {
      const next = await this.inTime(chunks.next() as Promise<IteratorResult<Buffer>>);
      if (next.done === true) return;
      this.arrived += next.value.length;
      if (this.arrived > FILE_BYTES_MAX) throw fileTooLarge();
      this.hash.update(next.value);
      yield next.value;
    }
  }

  private inTime<T>(arriving: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const cancel = this.clock.after(SILENCE_MS_MAX, () => reject(broken(`nothing arrived for ${SILENCE_S} s`)));
      arriving.then(resolve, (cause: unknown) => reject(broken('it broke off', cause))).finally(cancel);
    });
  }
}

const SILENCE_S = SILENCE_MS_MAX / 1_000;

const broken = (why: string, cause?: unknown): ApiError =>
  new ApiError({
    code: 'VALIDATION_ERROR',
    reason: 'incomplete_file',
    message: `The file did not arrive as a whole: ${why}. Send it again: what was imported is only looked at`,
    headers: { connection: 'close' },
    cause,
  });
