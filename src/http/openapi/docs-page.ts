import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import assetsFolder from 'swagger-ui-dist/absolute-path.js';
import { DOCUMENT_NAMES } from './documents.js';

/** Nothing from elsewhere, nothing inline; pictures of the style sheet are `data:`. */
export const DOCS_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export const DOCS_HTML = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tributary API</title>
<link rel="icon" href="/docs/favicon-32x32.png">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="docs"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/swagger-ui-standalone-preset.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
`;

const URLS = DOCUMENT_NAMES.map((name) => ({ name, url: `/openapi/${name}.json` }));

const START = `SwaggerUIBundle({
  urls: ${JSON.stringify(URLS)},
  dom_id: '#docs',
  deepLinking: true,
  validatorUrl: null,
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  layout: 'StandaloneLayout',
});
`;

export interface DocsFile {
  readonly type: string;
  readonly content: () => Buffer;
}

const SCRIPT = 'text/javascript; charset=utf-8';

/** Read when it is asked for: a page for people is not worth megabytes of memory. */
const renderer = (name: string, type: string): [string, DocsFile] => [
  name,
  { type, content: () => readFileSync(join(assetsFolder(), name)) },
];

/** What the page asks for; nothing else of the renderer's package is shown. */
export const DOCS_FILES: ReadonlyMap<string, DocsFile> = new Map([
  ['start.js', { type: SCRIPT, content: () => Buffer.from(START) }],
  renderer('swagger-ui-bundle.js', SCRIPT),
  renderer('swagger-ui-standalone-preset.js', SCRIPT),
  renderer('swagger-ui.css', 'text/css; charset=utf-8'),
  renderer('favicon-32x32.png', 'image/png'),
]);
