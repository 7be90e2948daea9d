import { Controller, Get, Header, Param, StreamableFile } from '@nestjs/common';
import { Public } from '../../auth/decorators.js';
import { unknownRoute } from '../errors/route-table.js';
import { DOCS_FILES, DOCS_HTML, DOCS_POLICY } from './docs-page.js';
import { SHOW_DOCS, SHOW_DOCS_FILE } from './openapi.docs.js';
import { Documented } from './operation-doc.js';

/** AD-01: the documents for people, rendered in the browser by files of this server only. */
@Public()
@Controller('docs')
export class DocsController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', DOCS_POLICY)
  @Documented(SHOW_DOCS)
  page(): string {
    return DOCS_HTML;
  }

  /** @throws ApiError for what the page does not ask for */
  @Get(':file')
  @Documented(SHOW_DOCS_FILE)
  file(@Param('file') name: string): StreamableFile {
    const file = DOCS_FILES.get(name);
    if (file === undefined) throw unknownRoute();
    return new StreamableFile(file.content(), { type: file.type });
  }
}
