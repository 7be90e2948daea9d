import type { KeyId, OrgId } from '../domain/kernel/ids.js';
import type { Logger } from '../observability/logger.js';
import { KeyDestroyed, KeyMissing, type SealedIdentity, type Vault } from '../vault/vault.js';
import type { Answerer } from './answerer.js';
import { keyOf, type HeldAttempt } from './attempt.js';
import type { AttemptRunner } from './attempt-runner.js';
import type { Task } from './attempt-window.js';
import { ContactCache } from './contact-cache.js';
import type { ProviderAdapter } from './provider.js';
import { skipBeforeOpening, skipForIdentity } from './skip.js';
import { failed, skipped, type Verdict } from './verdict.js';

export interface IntakeOptions {
  readonly runner: AttemptRunner;
  readonly answerer: Answerer;
  readonly cache: ContactCache;
  readonly vault: Vault;
  readonly logger: Logger;
}

/** A paid call may be begun twice when the process dies in between, never three times. */
const CALLS_MAX = 2;

/** What comes before a call, for many attempts at once: step zero, keys, and the reasons to skip a step. */
export class AttemptIntake {
  constructor(private readonly options: IntakeOptions) {}

  /** Never rejects: what fails here keeps its lease until it runs out, and is then taken again. */
  async accept(tasks: readonly Task[]): Promise<void> {
    const { runner } = this.options;
    try {
      const left = await this.answerFromCache(tasks);
      await this.warm(left);
      // All at once, so that what comes of them shares statements and batches of commands.
      await Promise.all(left.map((task) => runner.guarded(task, () => this.prepare(task))));
    } catch (error) {
      this.options.logger.error({ err: error, attempts: tasks.length }, 'attempts not begun, they are taken again');
      for (const task of tasks) runner.letGo(task);
    }
  }

  private async answerFromCache(tasks: readonly Task[]): Promise<readonly Task[]> {
    const { runner, cache, answerer } = this.options;
    const asked = tasks.filter(({ attempt }) => ContactCache.isAskedFor(attempt) && !runner.isOverdue(attempt));
    const found = await cache.find(asked.map(({ attempt }) => attempt));
    const hits = new Map(asked.flatMap((task, index) => (found[index] ? [[task, found[index]] as const] : [])));
    for (const [task, contact] of hits) {
      void runner.guarded(task, () => runner.settle(task, () => answerer.answerFromCache(task.attempt, contact)));
    }
    return tasks.filter((task) => !hits.has(task));
  }

  private async warm(tasks: readonly Task[]): Promise<void> {
    const keys = new Map<OrgId, KeyId[]>();
    for (const { attempt } of tasks) {
      const ofOrg = keys.get(attempt.orgId);
      if (ofOrg === undefined) keys.set(attempt.orgId, [attempt.keyId]);
      else ofOrg.push(attempt.keyId);
    }
    await Promise.all([...keys].map(([orgId, keyIds]) => this.options.vault.warm(orgId, keyIds)));
  }

  private async prepare(task: Task): Promise<void> {
    const { runner } = this.options;
    const { attempt, lane } = task;
    if (runner.isOverdue(attempt)) return runner.waitForEnd(task);
    if (lane === undefined) return runner.answer(task, skipped('not_configured'));
    const ready = await this.checked(attempt, lane.adapter);
    if (ready.kind === 'no') return runner.answer(task, ready.verdict);
    lane.add(runner.readyCall(task, lane.adapter, ready.identity));
  }

  private async checked(attempt: HeldAttempt, adapter: ProviderAdapter): Promise<Checked> {
    const early = skipBeforeOpening(attempt, adapter);
    if (early !== null) return no(skipped(early));
    const opened = await this.identityOf(attempt);
    if (opened.kind === 'no') return opened;
    const skip = skipForIdentity(attempt, adapter, opened.identity);
    if (skip !== null) return no(skipped(skip));
    return hasCrashedTooOften(attempt, adapter) ? no(failed('outcome_unknown')) : opened;
  }

  private async identityOf(attempt: HeldAttempt): Promise<Checked> {
    const { orgId, keyId, sealed } = attempt;
    try {
      const identity = (await this.options.vault.open(orgId, keyId, 'identity', sealed)) as SealedIdentity;
      return { kind: 'yes', identity };
    } catch (error) {
      if (error instanceof KeyDestroyed) return no(skipped('person_erased'));
      if (!(error instanceof KeyMissing)) throw error;
      this.options.logger.error({ attempt: keyOf(attempt), orgId, keyId }, 'key of a person is missing');
      return no(failed('key_missing'));
    }
  }
}

type Checked =
  { readonly kind: 'yes'; readonly identity: SealedIdentity } | { readonly kind: 'no'; readonly verdict: Verdict };

const no = (verdict: Verdict): Checked => ({ kind: 'no', verdict });

const hasCrashedTooOften = (attempt: HeldAttempt, adapter: ProviderAdapter): boolean =>
  adapter.paid && attempt.vendorRef === null && attempt.calls >= CALLS_MAX;
