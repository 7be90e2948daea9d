import type { Latency } from '../load/latency.js';
import type { Machine, Surroundings } from '../lab/machine.js';
import type { AcceptRound, RateStep } from '../parts/accept.js';
import type { AloneRound } from '../parts/alone.js';
import type { BulkFigures } from '../parts/bulk.js';
import type { EndToEndRound } from '../parts/end-to-end.js';
import type { GrowthFigures } from '../parts/growth.js';
import type { OverloadRound } from '../parts/overload.js';
import type { ReadRound } from '../parts/reads.js';
import type { AuditFigures, RebuildFigures } from '../parts/rebuild.js';
import type { ResourceFigures } from '../parts/resources.js';

/** Everything measured; the rounds that count, raw. The warm-up rounds are not in it. */
export interface Results {
  readonly startedAt: string;
  readonly arguments: readonly string[];
  readonly machine: Machine;
  readonly versions: Readonly<Record<string, string>>;
  readonly durability: Readonly<Record<string, string>>;
  readonly before: Surroundings;
  readonly after: Surroundings;
  readonly generatorSelfTest: Latency;
  readonly accept: readonly AcceptRound[];
  readonly ladder: { readonly service: readonly RateStep[]; readonly peer: readonly RateStep[] } | null;
  readonly overload: readonly OverloadRound[];
  readonly endToEnd: readonly EndToEndRound[];
  readonly bulk: readonly BulkFigures[];
  readonly reads: readonly ReadRound[];
  readonly rebuild: readonly RebuildFigures[];
  readonly resources: ResourceFigures | null;
  readonly alone: readonly AloneRound[];
  readonly growth: GrowthFigures | null;
  readonly audit: AuditFigures;
}
