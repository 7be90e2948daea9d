import { Readable } from 'node:stream';
import { Controller, HttpCode, Inject, Post, StreamableFile } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import { CurrentPrincipal, Scopes } from '../../../auth/decorators.js';
import type { Principal } from '../../../auth/principal.js';
import { invalidInput } from '../../../commands/api-error.js';
import { Answer } from '../../answer.js';
import { Writing, type WriteContext } from '../../idempotency/write-context.js';
import { Input } from '../../input/input.decorator.js';
import { Documented } from '../../openapi/operation-doc.js';
import { eventsOf } from './import-events.js';
import { IMPORT_PERSONS } from './import.docs.js';
import { ImportDto } from './import.dto.js';
import { Incoming, type IncomingImport } from './incoming-import.js';
import { emptyFile, PersonImports } from './person-imports.js';

const PATH = '/api/v1/persons/import';
const EVENT_STREAM = { type: 'text/event-stream; charset=utf-8' };

/**
 * PR-04. An Idempotency-Key is checked and not kept, as in batch/query: people are recognised by identity, so that a
 * file that is sent again changes nothing by itself, and its fingerprint would be known only at its end.
 */
@Controller('api/v1/persons')
export class PersonImportController {
  constructor(@Inject(PersonImports) private readonly imports: PersonImports) {}

  @Post('import')
  @Documented(IMPORT_PERSONS)
  @HttpCode(200)
  @Scopes('persons')
  @RouteConfig({ streamsBody: true })
  async import(
    @Input('query') { otherColumns }: ImportDto,
    @Incoming() { file, gone, wantsEvents }: IncomingImport,
    @CurrentPrincipal() { orgId }: Principal,
    @Writing() writing: WriteContext,
  ): Promise<Answer | StreamableFile> {
    if (file === null) throw emptyFile();
    if (otherColumns !== undefined && file.type !== 'csv') {
      throw invalidInput('otherColumns', 'otherColumns goes with text/csv only');
    }
    const { correlationId } = writing.head();
    const steps = this.imports.run({ file, gone, orgId, correlationId, otherColumns: otherColumns ?? 'error' });
    let step = await steps.next();
    if (wantsEvents) {
      const events = eventsOf(step, steps, { requestId: correlationId, path: PATH, route: PATH });
      return new StreamableFile(Readable.from(events, { objectMode: false }), EVENT_STREAM);
    }
    while (step.done !== true) step = await steps.next();
    const { result, position } = step.value;
    return new Answer(result, { position });
  }
}
