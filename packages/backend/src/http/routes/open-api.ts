import { createOpenApiDocument, OPEN_API_PATH } from '../open-api/open-api-document.ts';
import type { Route } from '../route.ts';

/** `GET /openapi.json`: this API, described for programs. */
export const openApiRoute: Route = (app) => {
  const document = createOpenApiDocument();
  app.get(OPEN_API_PATH, (c) => c.json(document));
};
