import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandDataByType } from '../domain/command.js';
import type { OrgId } from '../domain/kernel/ids.js';
import { COMMAND_GATEWAY, type Commands, type Executed } from './gateway.js';

export interface SettingsChange {
  readonly orgId: OrgId;
  readonly changes: CommandDataByType['ChangeSettings'];
  readonly correlationId: string;
}

/** WF-10: what is mentioned is replaced, the rest stays. */
export class ChangeSettings extends Command<Executed<'ChangeSettings'>> {
  constructor(readonly change: SettingsChange) {
    super();
  }
}

@CommandHandler(ChangeSettings)
export class ChangeSettingsHandler implements ICommandHandler<ChangeSettings> {
  constructor(@Inject(COMMAND_GATEWAY) private readonly gateway: Commands) {}

  execute({ change }: ChangeSettings): Promise<Executed<'ChangeSettings'>> {
    const { orgId, changes, correlationId } = change;
    return this.gateway.execute('ChangeSettings', orgId, changes, { correlationId });
  }
}
