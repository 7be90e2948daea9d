import type { Command } from '../../../src/domain/command.js';
import type { EnrichmentPage } from './enrichment-page.js';
import { alike } from './alike.js';
import type { Fact } from './events-reader.js';
import { demand } from './violation.js';

interface Settings {
  readonly caps: Caps;
  readonly creditThreshold: number | null;
  readonly version: number;
}

interface Caps {
  readonly daily: number | null;
  readonly monthly: number | null;
}

/** One limit of one window, as a refusal shows it. */
export interface BrokenCap {
  readonly cap: string;
  readonly limit: number;
  readonly used: number;
  readonly required: number;
}

/** What was reserved and not released, window by window, and what may be (API CR-07, WF-10). Forgets no window. */
export class SpendingBook {
  private readonly sums = new Map<string, number>();
  /** The windows that each enrichment was reserved in. */
  private readonly reservations = new Map<string, readonly string[]>();
  private readonly changes: (Settings & { readonly offset: number })[] = [];

  /** The settings as the command at `offset` left them. */
  settingsAfter(offset: number): Settings {
    const found = this.changes.findLast((change) => change.offset <= offset) ?? NOTHING_SET;
    const { caps, creditThreshold, version } = found;
    return { caps, creditThreshold, version };
  }

  get settings() {
    return this.settingsAfter(Infinity);
  }

  /** What the settings are after this command, and whether that is a change. */
  foreseen({ data }: Command<'ChangeSettings'>): Omit<Settings, 'version'> & { readonly isChange: boolean } {
    const before = this.settings;
    const caps = { ...before.caps, ...data.caps };
    const creditThreshold = data.creditThreshold === undefined ? before.creditThreshold : data.creditThreshold;
    const sameCaps = caps.daily === before.caps.daily && caps.monthly === before.caps.monthly;
    return { caps, creditThreshold, isChange: !sameCaps || creditThreshold !== before.creditThreshold };
  }

  changed({ data, commandOffset }: Fact<'SettingsChanged'>, command: Command): void {
    const { caps, creditThreshold } = this.foreseen(command as Command<'ChangeSettings'>);
    const asAsked = alike(data.settings, { caps, creditThreshold });
    demand(asAsked, 'settings change as asked', () => JSON.stringify({ data, command }));
    demand(data.version === this.settings.version + 1, 'settings have dense versions', () => JSON.stringify(data));
    this.changes.push({ offset: commandOffset, caps, creditThreshold, version: data.version });
  }

  /** The first limit, narrowest first, that `required` more would break. */
  brokenBy({ data }: Command<'RequestEnrichments'>, required: number, time: string): BrokenCap | null {
    const { caps } = this.settings;
    const day = time.slice(0, 10);
    const limits: readonly [cap: string, limit: number | null | undefined, used: number][] = [
      ['request', data.maxCredits, 0],
      ['key_daily', data.keyCaps?.daily, this.sumOf(`${data.createdBy} ${day}`)],
      ['key_total', data.keyCaps?.total, this.sumOf(`${data.createdBy} ever`)],
      ['org_daily', caps.daily, this.sumOf(`org ${day}`)],
      ['org_monthly', caps.monthly, this.sumOf(`org ${day.slice(0, 7)}`)],
    ];
    for (const [cap, limit, used] of limits) {
      const isBroken = required > 0 && limit !== null && limit !== undefined && used + required > limit;
      if (isBroken) return { cap, limit, used, required };
    }
    return null;
  }

  reserved({ data, time }: Fact<'CreditsReserved'>, command: Command): void {
    const asked = command as Command<'RequestEnrichments'>;
    const by = asked.data.createdBy;
    demand(data.keyRef === by, 'a reservation names who pays', () => JSON.stringify(data));
    const broken = this.brokenBy(asked, data.amount, time);
    demand(broken === null, 'no window is spent beyond its cap', () => JSON.stringify({ broken, command, data }));
    const day = time.slice(0, 10);
    const windows = [`${by} ${day}`, `${by} ever`, `org ${day}`, `org ${day.slice(0, 7)}`];
    for (const window of windows) this.add(window, data.amount);
    for (const { enrichmentId } of data.enrichments) this.reservations.set(enrichmentId, windows);
  }

  /** True: into a day that has passed. */
  released({ data, time }: Fact<'CreditsReleased'>): boolean {
    const windows = this.reservations.get(data.enrichmentId) ?? [];
    for (const window of windows) this.add(window, -data.amount);
    return !windows.some((window) => window.endsWith(time.slice(0, 10)));
  }

  /** Looks at the book as it is once these have given back what they hold. */
  without<T>(ended: readonly EnrichmentPage[], look: (book: SpendingBook) => T): T {
    const give = (sign: 1 | -1) => {
      for (const { id, open } of ended) {
        for (const window of this.reservations.get(id) ?? []) this.add(window, sign * open);
      }
    };
    give(-1);
    const seen = look(this);
    give(1);
    return seen;
  }

  private sumOf(window: string): number {
    return this.sums.get(window) ?? 0;
  }

  private add(window: string, amount: number): void {
    const sum = this.sumOf(window) + amount;
    demand(sum >= 0, 'nothing is given back that was not reserved', () => JSON.stringify({ window, sum }));
    this.sums.set(window, sum);
  }
}

const NOTHING_SET: Settings = { caps: { daily: null, monthly: null }, creditThreshold: null, version: 0 };
