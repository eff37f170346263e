import { OPEN_API_PATH } from '../open-api/open-api-document.ts';

/** Where the page is served, also under `/api`. */
export const DOCS_PATH = '/docs';

/*
 * Addresses are relative, so that the page works under `/api` and behind a proxy that adds a path of its own. There is no script and no
 * style in the page itself: its policy allows files of this server only.
 */

export const DOCS_HTML = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>Oracle Calls API</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href=".${DOCS_PATH}/swagger-ui.css" />
    <link rel="stylesheet" href=".${DOCS_PATH}/page.css" />
  </head>
  <body>
    <noscript>This page needs JavaScript. The document itself is at <a href=".${OPEN_API_PATH}">openapi.json</a>.</noscript>
    <div id="api"></div>
    <script src=".${DOCS_PATH}/swagger-ui-bundle.js"></script>
    <script src=".${DOCS_PATH}/page.js"></script>
  </body>
</html>
`;

/** Follows the system between light and dark, and shows the document without asking anybody else about it. */
export const DOCS_SCRIPT = `'use strict';
const dark = matchMedia('(prefers-color-scheme: dark)');
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', follow);
follow();
SwaggerUIBundle({
  url: '.${OPEN_API_PATH}',
  dom_id: '#api',
  validatorUrl: null,
  docExpansion: 'list',
  defaultModelsExpandDepth: 0,
  // Nothing that is typed here is kept.
  persistAuthorization: false,
});
`;

/** What the library leaves to the page: its ground in both lights, and long names on narrow screens. */
export const DOCS_STYLE = `body { margin: 0; background: #fff; }
noscript { display: block; padding: 1rem; font: 1rem sans-serif; }
html.dark-mode, html.dark-mode body { background: #1c2022; color: #e4e6e6; }
html.dark-mode .swagger-ui table.headers td { color: #e4e6e6; }
.swagger-ui .info { margin: 1.5rem 0; }
.swagger-ui .opblock .opblock-summary-path { max-width: none; overflow-wrap: anywhere; }
@media (max-width: 640px) {
  .swagger-ui .wrapper { padding: 0 0.75rem; }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap; }
  .swagger-ui .opblock .opblock-summary-description { display: none; }
  .swagger-ui .scheme-container .schemes { flex-wrap: wrap; }
  .swagger-ui table { display: block; overflow-x: auto; }
}
`;
