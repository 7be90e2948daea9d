import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { RecordPerson, type RecordedPerson } from '../../../commands/record-person.command.js';
import type { Clock } from '../../../domain/kernel/clock.js';
import type { CommandId, OrgId } from '../../../domain/kernel/ids.js';
import type { Position } from '../../../commands/ports.js';
import { errorOf } from '../../errors/faults.js';
import { inParallel } from '../../in-parallel.js';
import { CLOCK } from '../../ports.js';
import { faultsOf, type Candidate } from './candidate.js';
import { ROWS_IN_FLIGHT_MAX, TRIES_MAX } from './import-bounds.js';
import type { RowFault } from './import-row.js';
import type { Outcome } from './import-tally.js';
import { KnownPersons, knowsAll, type KnownPerson } from './known-persons.js';

/** Whose file it is, and whether anybody still waits for the answer. */
export interface ImportOrder {
  readonly orgId: OrgId;
  readonly correlationId: string;
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal;
}

export type Recorded = { readonly outcome: Outcome; readonly position: Position | null } | readonly RowFault[];

/** Where a person came from, as filters see it. */
const SOURCE = 'import';
const SHOWN = { outcome: 'existing', position: null } as const;

/** Records a window of candidates: each as `POST /api/v1/persons` would, many at once, those of one person in order. */
@Injectable()
export class WindowRecorder {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(KnownPersons) private readonly persons: KnownPersons,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * In the order of the candidates. Nothing is under way any more when it is settled; once the client is gone nothing
   * more is begun.
   * @throws Unavailable and the like when a row finds no answer after TRIES_MAX tries; what was recorded stays
   */
  async record(order: ImportOrder, candidates: readonly Candidate[]): Promise<readonly Recorded[]> {
    const known = await this.persons.among(order.orgId, candidates);
    const turns = new Turns();
    const failures: unknown[] = [];
    const recorded = await inParallel(candidates, ROWS_IN_FLIGHT_MAX, async (candidate) => {
      const person = known.get(candidate);
      try {
        return await turns.take(namesOf(candidate, person), async (isFirst) => {
          if (failures.length > 0 || order.gone.aborted) return [];
          const isShown = isFirst && person !== undefined && knowsAll(person, candidate);
          return isShown ? SHOWN : await this.recordOne(order, candidate);
        });
      } catch (failure) {
        failures.push(failure);
        return [];
      }
    });
    if (failures.length > 0) throw failures[0];
    return recorded;
  }

  private async recordOne({ orgId, correlationId }: ImportOrder, candidate: Candidate): Promise<Recorded> {
    const { personId, facts, row } = candidate;
    const id = randomUUID() as CommandId;
    const command = new RecordPerson({ orgId, personId, facts, source: SOURCE, correlationId, id });
    try {
      const recorded = await this.insistently(() => this.commands.execute(command));
      return { outcome: outcomeOf(recorded), position: recorded.position };
    } catch (error) {
      if (errorOf(error).code === 'UNAVAILABLE') throw error;
      return faultsOf(row, error);
    }
  }

  /** While the service sheds load a row waits, as long as it is told to: a busy minute is not its fault. */
  private async insistently<T>(run: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await run();
      } catch (thrown) {
        const error = errorOf(thrown);
        if (error.code !== 'UNAVAILABLE' || tries === TRIES_MAX) throw thrown;
        await this.pause(Number(error.headers['retry-after'] ?? 1));
      }
    }
  }

  private pause(seconds: number): Promise<void> {
    return new Promise((resolve) => void this.clock.after(seconds * 1_000, resolve));
  }
}

const outcomeOf = ({ existing, merged }: RecordedPerson): Outcome => {
  if (!existing) return 'created';
  return merged ? 'merged' : 'existing';
};

/** Two candidates that share a name may be one person. */
const namesOf = ({ personId, identities }: Candidate, known: KnownPerson | undefined): readonly string[] => [
  ...new Set([...identities, ...(known?.view.identities ?? []), ...(personId === null ? [] : [personId])]),
];

/** Whoever shares a name with one before waits for it: the last word on a person is that of the last row. */
class Turns {
  private readonly latest = new Map<string, Promise<unknown>>();

  take<T>(names: readonly string[], run: (isFirst: boolean) => Promise<T>): Promise<T> {
    const before = names.map((name) => this.latest.get(name)).filter((turn) => turn !== undefined);
    const turn = before.length === 0 ? run(true) : Promise.allSettled(before).then(() => run(false));
    for (const name of names) this.latest.set(name, turn);
    return turn;
  }
}
