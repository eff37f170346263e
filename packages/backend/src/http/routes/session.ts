import { ROUTES, sessionRequestSchema } from '@oracle-calls/protocol/http';
import { readJson } from '../read-request.ts';
import { signalOf } from '../request-deadline.ts';
import type { Route } from '../route.ts';

/** `POST /auth/session`: a Matrix OpenID token for a session token. */
export const sessionRoute: Route = (app, { getBackend, gate }) => {
  app.post(ROUTES.session, async (c) => {
    const request = await readJson(c, sessionRequestSchema);
    const { sessions } = getBackend();
    await gate.countExchange(c);
    return c.json(await gate.guardGuessing(c, () => sessions.open(request, signalOf(c))));
  });
};
