import { Controller, Get } from '@nestjs/common';
import { Public } from '../../auth/decorators.js';
import { asyncApi } from './asyncapi.js';
import { SHOW_ASYNCAPI } from './openapi.docs.js';
import { Documented } from './operation-doc.js';

/** AD-01: the events topic for those who read it. */
@Public()
@Controller('asyncapi.json')
export class AsyncApiController {
  private readonly document = asyncApi();

  @Get()
  @Documented(SHOW_ASYNCAPI)
  show() {
    return this.document;
  }
}
