import type { Fact } from './events-reader.js';
import type { OrgBook } from './org-book.js';
import { demand } from './violation.js';

type LevelFact = Fact<'CreditsRanLow' | 'CreditsDepleted'>;

/** One decision, and what it has to say about what is left (API CR-13): from the books before it and after it. */
export class LevelJudge {
  private readonly before: ReturnType<typeof levelOf>;
  private readonly told = { CreditsRanLow: 0, CreditsDepleted: 0 };

  constructor(private readonly book: OrgBook) {
    this.before = levelOf(book);
  }

  /** Comes after the last entry of its command. */
  enter(fact: LevelFact): void {
    this.told[fact.type] += 1;
    const { available, reserved, entry } = this.book.credits;
    const { creditThreshold: threshold } = this.book.spending.settings;
    const expected = fact.type === 'CreditsRanLow' ? { available, threshold, entry } : { reserved, entry };
    const told = JSON.stringify(fact.data) === JSON.stringify(expected);
    demand(told, 'what is told of credits is so', () => JSON.stringify({ fact, expected }));
  }

  close(): void {
    const after = levelOf(this.book);
    const due = {
      CreditsRanLow: after.isLow && !this.before.isLow ? 1 : 0,
      CreditsDepleted: after.isEmpty && !this.before.isEmpty ? 1 : 0,
    };
    const holds = due.CreditsRanLow === this.told.CreditsRanLow && due.CreditsDepleted === this.told.CreditsDepleted;
    demand(holds, 'a command that leaves little or nothing says so, once', () =>
      JSON.stringify({ before: this.before, after, told: this.told }),
    );
  }
}

const levelOf = ({ credits: { available }, spending }: OrgBook) => ({
  isEmpty: available === 0,
  isLow: available < (spending.settings.creditThreshold ?? 0),
});
