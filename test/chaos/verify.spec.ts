import {
  ACCEPTED,
  at,
  BALANCE,
  FINISHED,
  FOUND,
  HONEST,
  LIFE,
  logOf,
  PENDING,
  PERSON,
  RECORDED,
  REFUSED,
  REUSED,
  TOLD,
  type Draft,
} from './honest-run.js';
import type { Answer } from './load/history.js';
import type { FindingKind } from './oracle/finding.js';
import type { RawEvent, RawRecord } from './oracle/raw-log.js';
import { verify } from './oracle/verify.js';

const kindsIn = (drafts: readonly Draft[], answers: readonly Answer[]): readonly FindingKind[] =>
  verify({ records: logOf(drafts), answers, postgresKillsMs: [] }).findings.map(({ kind }) => kind);

const without = (type: string): Draft[] => HONEST.filter((draft) => draft.type !== type);
const doctored = (type: string, data: Draft['data']): Draft[] =>
  HONEST.map((draft) => (draft.type === type ? { ...draft, data: { ...draft.data, ...data } } : draft));
const again = (type: string): Draft[] => HONEST.flatMap((draft) => (draft.type === type ? [draft, draft] : [draft]));
const person = (commandoffset: number, commandid: string): Draft => ({
  type: 'PersonRecorded',
  commandoffset,
  commandid,
  data: { personId: PERSON },
});
const SECOND: Draft = { type: 'EnrichmentRequested', commandoffset: 9, data: { ...LIFE, enrichmentId: 'e2' } };

describe('the judge of a chaos run', () => {
  it('finds nothing in an honest log and an honest history', () => {
    expect(kindsIn(HONEST, TOLD)).toEqual([]);
  });

  it.each<[string, FindingKind, readonly Draft[]]>([
    ['an accepted enrichment that is not in the log', 'lost', without('EnrichmentRequested')],
    ['a recorded person that is not in the log', 'lost', without('PersonRecorded')],
    ['a refusal that is not in the log', 'lost', without('CommandRefused')],
    ['an enrichment that never ends', 'unended', without('EnrichmentFinished')],
    ['an enrichment that is captured twice', 'doubled', again('CreditsCaptured')],
    ['an enrichment that ends twice', 'doubled', again('EnrichmentFinished')],
    ['a charge for nothing found', 'ledger', doctored('EnrichmentFinished', { outcome: 'not_found' })],
    ['credits that are neither captured nor released', 'ledger', without('CreditsReleased')],
    ['a reservation for somebody else', 'ledger', doctored('CreditsReserved', { enrichments: [] })],
    ['a command that was decided twice', 'doubled', [...HONEST, person(9, 'command-1')]],
    ['two enrichments of one person and field', 'doubled', [...HONEST, SECOND]],
    ['commands that were decided out of order', 'rules', [...HONEST, person(0, 'command-9')]],
  ])('reports %s', (_, kind, drafts) => {
    expect(kindsIn(drafts, TOLD)).toContain(kind);
  });

  it.each<[string, FindingKind, Answer]>([
    ['an enrichment that nobody knows', 'lost', { ...FOUND, enrichment: { ...FINISHED, id: 'e9' } }],
    ['another end than the log has', 'contradiction', { ...FOUND, enrichment: { ...FINISHED, dataFound: false } }],
    ['another price than the log has', 'contradiction', { ...FOUND, enrichment: { ...FINISHED, captured: 2 } }],
    ['another transaction', 'contradiction', { ...FOUND, enrichment: { ...FINISHED, transactionId: 't2' } }],
    ['pending after it was seen to end', 'contradiction', { ...FOUND, ...at(70), enrichment: PENDING }],
    ['not found after it was accepted', 'lost', { ...FOUND, ...at(70), status: 404, enrichment: null }],
    ['a reservation that was another request', 'doubled', { ...ACCEPTED, ...at(70), requestId: 'q9' }],
    ['a refusal of what was accepted', 'contradiction', { ...REFUSED, ...at(70), requestId: 'q2' }],
    ['a second id for the same person', 'contradiction', { ...RECORDED, ...at(70), personId: 'person-2' }],
    ['a balance that never was', 'contradiction', { ...BALANCE, balance: { balance: 8, reserved: 0, available: 8 } }],
    ['credits that were never available', 'contradiction', { ...REUSED, ...at(70), available: 8 }],
    ['a position where no record is', 'lost', { ...REUSED, ...at(42), position: '0:99' }],
    ['an internal error', 'unexpected', { ...FOUND, ...at(70), status: 500, code: 'INTERNAL_ERROR', enrichment: null }],
    ['an unknown person', 'unexpected', { ...ACCEPTED, ...at(70), status: 400, enrichment: null }],
  ])('reports a client that was told %s', (_, kind, answer) => {
    expect(kindsIn(HONEST, [...TOLD, answer])).toContain(kind);
  });

  it('reports a GET that shows what the POST before it had replaced', () => {
    const failed = HONEST.map((draft) =>
      draft.type === 'EnrichmentFinished' ? { ...draft, data: { ...draft.data, outcome: 'failed' } } : draft,
    );
    const stale: Answer = { ...FOUND, ...at(70), after: { position: '0:9', enrichmentId: 'e2' } };
    const { findings } = verify({
      records: logOf([...failed, SECOND]),
      answers: [...TOLD, stale],
      postgresKillsMs: [],
    });
    expect(findings.map(({ what }) => what).join('\n')).toContain('shows e1, which e2 had replaced');
  });

  it('excuses a GET that goes back over a kill of Postgres, and nothing else', () => {
    const back: Answer = { ...FOUND, ...at(70), enrichment: PENDING };
    const judge = (answer: Answer) =>
      verify({ records: logOf(HONEST), answers: [...TOLD, answer], postgresKillsMs: [60] });
    expect(judge(back).findings).toEqual([]);
    expect(judge({ ...REUSED, ...at(70) }).findings).toHaveLength(1);
  });

  it('holds what a POST was told against a GET only when it sends the position back', () => {
    const told: Answer = { ...REUSED, ...at(45), enrichment: FINISHED, position: '0:7' };
    const look: Answer = { ...FOUND, ...at(70), enrichment: PENDING };
    const judge = (after: Answer['after']) =>
      verify({ records: logOf(HONEST), answers: [ACCEPTED, told, { ...look, after }], postgresKillsMs: [] });
    expect(judge(null).findings).toEqual([]);
    expect(judge({ position: '0:4', enrichmentId: 'e1' }).findings).toEqual([]);
    expect(judge({ position: '0:7', enrichmentId: 'e1' }).findings).toHaveLength(1);
  });
});

describe('the reader rules of the judge', () => {
  const kinds = (records: readonly RawRecord[]) =>
    verify({ records, answers: TOLD, postgresKillsMs: [] }).findings.map(({ kind }) => kind);
  const changed = (at: number, change: Partial<RawEvent>): RawRecord[] =>
    logOf(HONEST).map((record) =>
      record.offset === at ? { ...record, event: { ...record.event, ...change } } : record,
    );

  it('skip records of another claim: what only they hold is lost', () => {
    expect(kinds(changed(2, { claim: 'zombie' }))).toEqual(expect.arrayContaining(['rules', 'lost']));
  });

  it('skip records of another claim: an answer that names one is lost', () => {
    const zombie = { ...(logOf(HONEST)[4] as RawRecord), offset: 9 };
    const log = [...logOf(HONEST), { ...zombie, event: { ...zombie.event, claim: 'zombie' } }];
    const answers = [...TOLD, { ...REUSED, ...at(42), position: '0:9' }];
    const { findings, counts } = verify({ records: log, answers, postgresKillsMs: [] });
    expect([findings.map(({ kind }) => kind), counts.voids]).toEqual([['lost'], 1]);
  });

  it('count a repeated record once', () => {
    const twice = logOf(HONEST).flatMap((record) => [record, record]);
    const { findings, counts } = verify({ records: twice, answers: TOLD, postgresKillsMs: [] });
    expect(findings).toEqual([]);
    expect(counts.duplicates).toBe(HONEST.length);
  });

  it('report a gap', () => {
    expect(kinds(logOf(HONEST).filter(({ offset }) => offset !== 5))).toContain('rules');
  });

  it('report an amount that was changed after it was written', () => {
    const reserve = logOf(HONEST)[4]?.event as RawEvent;
    expect(kinds(changed(4, { data: { ...reserve.data, amount: 4 } }))).toContain('ledger');
  });

  it('report credits that were spent without being there', () => {
    const grant = logOf(HONEST)[1]?.event as RawEvent;
    expect(kinds(changed(1, { data: { ...grant.data, amount: 2 } }))).toContain('overdraft');
  });
});
