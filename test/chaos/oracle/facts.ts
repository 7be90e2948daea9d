import { Books } from './books.js';
import type { Finding } from './finding.js';
import { Lives } from './lives.js';
import type { RawRecord } from './raw-log.js';
import { readByTheRules, type LogEvent, type Reading } from './reader-rules.js';

/** What the log says, for comparison with what clients were told. */
export interface Facts {
  readonly lives: Lives;
  readonly books: Books;
  readonly reading: Reading;
  /** `<org> <person>` */
  readonly persons: ReadonlySet<string>;
  /** Codes of refusals by `correlationid`. */
  readonly refusals: ReadonlyMap<string, string>;
  /** Enrichments requested under a `correlationid`. */
  readonly requests: ReadonlyMap<string, string>;
  readonly findings: readonly Finding[];
}

/** Reads a raw log under the reader rules and checks it by itself. */
export const factsOf = (records: readonly RawRecord[]): Facts => {
  const reading = readByTheRules(records);
  const lives = new Lives();
  const books = new Books();
  const persons = new Set<string>();
  const refusals = new Map<string, string>();
  const requests = new Map<string, string>();
  for (const event of reading.events) {
    lives.read(event);
    books.read(event);
    const { type, orgid, correlationid = '', data } = event;
    if (type === 'PersonRecorded') persons.add(`${orgid} ${String(data['personId'])}`);
    if (type === 'CommandRefused') refusals.set(correlationid, String(data['code']));
    if (type === 'EnrichmentRequested') requests.set(correlationid, String(data['enrichmentId']));
  }
  lives.close();
  const own = [...reading.findings, ...books.findings, ...lives.findings];
  const findings = [...own, ...unbalanced(books, lives), ...decidedTwice(reading.events)];
  return { lives, books, reading, persons, refusals, requests, findings };
};

/** reserved = captured + released + open (API CR-14), per org. */
const unbalanced = (books: Books, lives: Lives): Finding[] =>
  [...books.reserved()].flatMap(([orgId, reserved]) => {
    const open = lives.openOf(orgId);
    const what = `${orgId} has ${reserved} reserved, its open enrichments ${open}`;
    return reserved === open ? [] : [{ kind: 'ledger', what } as const];
  });

/** Types that a command brings about once, however often it was sent. */
const ONCE = ['EnrichmentRequested', 'CreditsReserved', 'CreditsGranted', 'PersonRecorded', 'EnrichmentFinished'];

/** A command id has effects at one place of the commands topic only, and commands are decided in order. */
const decidedTwice = (events: readonly LogEvent[]): Finding[] => {
  const findings: Finding[] = [];
  const decidedAt = new Map<string, string>();
  const last = new Map<number, number>();
  for (const { type, commandid, commandoffset, partition, offset } of events) {
    const place = `${partition}:${commandoffset}`;
    const where = `${type} at ${partition}:${offset}`;
    if (Number(commandoffset) < (last.get(partition) ?? 0)) {
      findings.push({ kind: 'rules', what: `${where}: command ${commandoffset} is decided behind a later one` });
    }
    last.set(partition, Number(commandoffset));
    if (!ONCE.includes(type)) continue;
    const before = decidedAt.get(commandid) ?? place;
    decidedAt.set(commandid, before);
    if (before !== place) {
      findings.push({
        kind: 'doubled',
        what: `${where}: command ${commandid} of ${place} was decided at ${before} too`,
      });
    }
  }
  return findings;
};
