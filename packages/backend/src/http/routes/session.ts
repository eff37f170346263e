import { ROUTES, sessionRequestSchema } from '@oracle-calls/protocol/http';
import { readJson } from '../read-request.ts';
import type { Route } from '../route.ts';

/** `POST /auth/session`: a Matrix OpenID token for a session token. */
export const sessionRoute: Route = (app, { getBackend }) => {
  app.post(ROUTES.session, async (c) => {
    const request = await readJson(c, sessionRequestSchema);
    return c.json(await getBackend().sessions.open(request, c.req.raw.signal));
  });
};
