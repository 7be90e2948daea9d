import { Controller, Get, Header, Inject } from '@nestjs/common';
import { Public } from '../../auth/decorators.js';
import { OpenApiDocuments } from './documents.js';
import { SHOW_NATIVE, SHOW_OPERATIONS } from './openapi.docs.js';
import { Documented } from './operation-doc.js';

const JSON_TYPE = 'application/json; charset=utf-8';

/** AD-01. */
@Public()
@Controller('openapi')
export class OpenApiController {
  constructor(@Inject(OpenApiDocuments) private readonly documents: OpenApiDocuments) {}

  @Get('operations.json')
  @Header('content-type', JSON_TYPE)
  @Documented(SHOW_OPERATIONS)
  operations(): string {
    return this.documents.text('operations');
  }

  @Get('native.json')
  @Header('content-type', JSON_TYPE)
  @Documented(SHOW_NATIVE)
  native(): string {
    return this.documents.text('native');
  }
}
