import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandDataByType } from '../domain/command.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';
import { keyedBy, type RequestKey } from './request-key.js';

export interface Adjustment {
  readonly orgId: OrgId;
  readonly data: CommandDataByType['AdjustCredits'];
  readonly correlationId: string;
  readonly key: RequestKey;
}

/** Corrects the credits of an org (CR-12). */
export class AdjustCredits extends Command<Executed<'AdjustCredits'>> {
  constructor(readonly adjustment: Adjustment) {
    super();
  }
}

@CommandHandler(AdjustCredits)
export class AdjustCreditsHandler implements ICommandHandler<AdjustCredits> {
  constructor(@Inject(COMMAND_GATEWAY) private readonly gateway: Commands) {}

  execute({ adjustment }: AdjustCredits): Promise<Executed<'AdjustCredits'>> {
    const { orgId, data, correlationId, key } = adjustment;
    return this.gateway.execute('AdjustCredits', orgId, data, { correlationId, ...keyedBy(key) });
  }
}
