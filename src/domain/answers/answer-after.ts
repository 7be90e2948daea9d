import type { CommandAnswered, CommandRefused } from '../../events/command.events.js';
import type { CommandType } from '../command.js';
import type { OrgId } from '../kernel/ids.js';
import { epochMsOf, instantOf, type Instant } from '../kernel/instant.js';
import type { StateChanges } from '../state.js';
import { memoryOf, RECENT_MS } from './memory.js';

/** The attributes that place an answer in memory. */
interface Origin {
  readonly orgId: OrgId;
  readonly time: Instant;
  readonly commandId: string;
}

export const commandAnswered = (event: Origin & { readonly data: CommandAnswered }): StateChanges => {
  const { commandType, status, references, fingerprint, expiresAt } = event.data;
  return [[memoryOf(event, expiresAt), { commandType, status, references, refusal: null, fingerprint, expiresAt }]];
};

export const commandRefused = (event: Origin & { readonly data: CommandRefused }): StateChanges => {
  const { commandType, code, reason, details, fingerprint, expiresAt } = event.data;
  if (expiresAt === null) return [];
  const refusal = details === null ? { code, reason } : { code, reason, details };
  return [
    [memoryOf(event, expiresAt), { commandType, status: null, references: null, refusal, fingerprint, expiresAt }],
  ];
};

/** Events that tell the answer of their command themselves: no `CommandAnswered` is logged beside them. */
export const answeredByEvent = (
  event: Origin,
  answer: { readonly commandType: CommandType; readonly status: string; readonly references: readonly string[] },
): StateChanges => {
  const expiresAt = instantOf(epochMsOf(event.time) + RECENT_MS);
  return [[memoryOf(event, expiresAt), { ...answer, refusal: null, fingerprint: null, expiresAt }]];
};
