import { createHash } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandDataByType } from '../domain/command.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { commandIdFrom } from '../log/command-id.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';
import { keyedBy, type RequestKey } from './request-key.js';

export interface Grant {
  readonly orgId: OrgId;
  readonly credits: CommandDataByType['GrantCredits'];
  /** Money comes in once per key, however often it is sent. */
  readonly key: RequestKey;
  readonly correlationId: string;
}

export class GrantCredits extends Command<Executed<'GrantCredits'>> {
  constructor(readonly grant: Grant) {
    super();
  }
}

@CommandHandler(GrantCredits)
export class GrantCreditsHandler implements ICommandHandler<GrantCredits> {
  constructor(@Inject(COMMAND_GATEWAY) private readonly gateway: Commands) {}

  execute({ grant }: GrantCredits): Promise<Executed<'GrantCredits'>> {
    const { orgId, credits, key, correlationId } = grant;
    return this.gateway.execute('GrantCredits', orgId, credits, { correlationId, ...keyedBy(key) });
  }
}

/** For grants that no HTTP request asked for: of the CLI, of signing up. */
export const grantKeyOf = (orgId: OrgId, idempotencyKey: string, credits: Grant['credits']): RequestKey => ({
  id: commandIdFrom(orgId, 'GrantCredits', idempotencyKey),
  fingerprint: fingerprintOf(credits),
});

const fingerprintOf = ({ amount, source, expiresAt, referenceId }: Grant['credits']): string =>
  createHash('sha256')
    .update(JSON.stringify([amount, source, expiresAt, referenceId]))
    .digest('hex');
