import { createHash } from 'node:crypto';
import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandDataByType } from '../domain/command.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { commandIdFrom } from '../log/command-id.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';

export interface Grant {
  readonly orgId: OrgId;
  readonly credits: CommandDataByType['GrantCredits'];
  /** Money comes in once per key, however often it is sent. */
  readonly idempotencyKey: string;
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
    const { orgId, credits, idempotencyKey, correlationId } = grant;
    return this.gateway.execute('GrantCredits', orgId, credits, {
      id: commandIdFrom(orgId, 'GrantCredits', idempotencyKey),
      keyed: true,
      fingerprint: fingerprintOf(credits),
      correlationId,
    });
  }
}

const fingerprintOf = ({ amount, source, expiresAt, referenceId }: Grant['credits']): string =>
  createHash('sha256')
    .update(JSON.stringify([amount, source, expiresAt, referenceId]))
    .digest('hex');
