import type { Command } from '../domain/command.js';
import type { Answer } from '../domain/decision.js';
import type { CommandId, OrgId } from '../domain/kernel/ids.js';
import type { EnrichmentOptions, Field, Plan } from '../domain/waterfall/plan.js';

/** A place in one partition of `tributary.events`: the last record of the batch that answered a command. */
export interface Position {
  readonly partition: number;
  readonly offset: bigint;
}

/** What the decider answered, and where the log backs it; `position` is null when nothing was appended. */
export interface CommandReply {
  readonly commandId: CommandId;
  readonly answer: Answer;
  readonly position: Position | null;
}

/** Appends to `tributary.commands`. @throws Overloaded, AppendTooLarge (nothing was sent), AppendUnknown */
export interface CommandOutbox {
  send(command: Command): Promise<unknown>;
}

/** Replies to this process, in memory or by topic. A reply that nobody waits for is dropped. */
export interface ReplyInbox {
  readonly replyTo: { readonly instance: string; readonly partition: number };
  wait(commandId: CommandId): { readonly reply: Promise<CommandReply>; cancel(): void };
}

/** What an enrichment is accepted under; frozen into its events, so that later changes of price touch it not. */
export interface EnrichmentTerms {
  readonly plan: Plan;
  readonly options: EnrichmentOptions;
  /** Part of the enrichment's identity (API §1): `default` when the request chose nothing. */
  readonly optionsHash: string;
  readonly priceListVersion: string;
  /** From request to end (OP-09), ms. */
  readonly maxAgeMs: number;
}
export interface TermsSource {
  termsFor(orgId: OrgId, field: Field): EnrichmentTerms;
}
/** How often a step is expected to find something, 0..100: what estimates are made with (OP-23). */
export const HIT_RATE_PERCENT = Symbol('HIT_RATE_PERCENT');
export const TERMS_SOURCE = Symbol('TERMS_SOURCE');
