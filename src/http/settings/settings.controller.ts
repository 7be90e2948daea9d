import { Controller, Get, Inject, Patch } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { CurrentPrincipal, Scopes } from '../../auth/decorators.js';
import type { Principal } from '../../auth/principal.js';
import { ChangeSettings } from '../../commands/change-settings.command.js';
import type { OrgCaps } from '../../domain/credits/caps.js';
import type { Settings } from '../../domain/settings/settings.js';
import { Answer } from '../answer.js';
import { Reading, type ReadContext } from '../consistency/read-context.js';
import { ReadYourWrites } from '../consistency/read-your-writes.js';
import { Input } from '../input/input.decorator.js';
import { Documented } from '../openapi/operation-doc.js';
import { SETTINGS_READER, type SettingsReader } from '../ports.js';
import { CHANGE_SETTINGS, SHOW_SETTINGS } from './settings.docs.js';
import { SettingsDto, type CapsDto } from './settings.dto.js';

/** WF-10: what an org decides for itself. */
@Controller('api/v1/settings')
export class SettingsController {
  constructor(
    @Inject(CommandBus) private readonly commands: CommandBus,
    @Inject(SETTINGS_READER) private readonly settings: SettingsReader,
    @Inject(ReadYourWrites) private readonly consistency: ReadYourWrites,
  ) {}

  @Get()
  @Documented(SHOW_SETTINGS)
  @Scopes('read')
  async read(
    @Input('path') _: object,
    @CurrentPrincipal() { orgId }: Principal,
    @Reading() { sent }: ReadContext,
  ): Promise<Answer> {
    return new Answer(present(await this.consistency.read({ orgId, sent }, () => this.settings.of(orgId))));
  }

  @Patch()
  @Documented(CHANGE_SETTINGS)
  @Scopes('admin')
  async change(
    @Input('body') { caps, creditThreshold }: SettingsDto,
    @CurrentPrincipal() { orgId, createdBy }: Principal,
    @Reading() { correlationId }: ReadContext,
  ): Promise<Answer> {
    const changes = {
      by: createdBy,
      ...(caps !== undefined && { caps: mentionedIn(caps) }),
      ...(creditThreshold !== undefined && { creditThreshold }),
    };
    const { result, position } = await this.commands.execute(new ChangeSettings({ orgId, changes, correlationId }));
    return new Answer(present(result.settings), { position });
  }
}

const mentionedIn = ({ daily, monthly }: CapsDto): Partial<OrgCaps> => ({
  ...(daily !== undefined && { daily }),
  ...(monthly !== undefined && { monthly }),
});

const present = ({ caps, creditThreshold, version }: Settings) => ({
  caps: { daily: caps.daily, monthly: caps.monthly },
  creditThreshold,
  version,
});
