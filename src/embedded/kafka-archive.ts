import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Java } from './java.js';
import { identify } from './process-ref.js';
import type { Exit } from './server.js';

/**
 * The class archive (AppCDS) that halves the broker's start. The first run writes one when it ends gracefully, later
 * runs read it. It is only valid for one Java and for these very jars, so both are in its name.
 */
export class ClassArchive {
  private readonly file: string;
  private readonly part: string;

  constructor(
    private readonly cache: string,
    java: Java,
    jars: readonly string[],
  ) {
    const parts = [java.command, java.version, ...jars.map((jar) => `${jar} ${statSync(jar).mtimeMs}`)];
    const key = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12);
    this.file = join(cache, `classes-${key}.jsa`);
    this.part = `${this.file}.${process.pid}-${randomUUID()}`;
  }

  /** JVM flags: use it if it is there, write it if not. With `-Xshare:auto` a JVM that rejects it starts without. */
  flags(): string[] {
    if (existsSync(this.file)) return [`-XX:SharedArchiveFile=${this.file}`, '-Xshare:auto'];
    this.removeLeftOvers();
    return [`-XX:ArchiveClassesAtExit=${this.part}`, '-Xlog:cds=error']; // It would list each class that it leaves out.
  }

  /** Keeps what the run has written, unless it was killed while writing. */
  keep({ signal }: Exit): void {
    if (!existsSync(this.part)) return;
    if (signal === null) renameSync(this.part, this.file);
    else rmSync(this.part);
  }

  /** Throws it away; the next run writes another one. False if there was none. */
  discard(): boolean {
    const had = existsSync(this.file);
    rmSync(this.file, { force: true });
    return had;
  }

  private removeLeftOvers(): void {
    const prefix = `${basename(this.file)}.`;
    for (const name of readdirSync(this.cache)) {
      const writer = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : undefined;
      if (writer !== undefined && !identify(writer)) rmSync(join(this.cache, name));
    }
  }
}
