import { ROUTES, callsQuerySchema } from '@oracle-calls/protocol/http';
import { listCalls } from '../../calls/calls-page.ts';
import { readCallId, readQuery } from '../read-request.ts';
import { authenticateUser, type Route } from '../route.ts';

/** `GET /calls`: the caller's own calls, newest first. `DELETE /calls/:callId`: one of them is forgotten. */
export const callsRoute: Route = (app, deps) => {
  app.get(ROUTES.calls, async (c) => {
    const { backend, principal } = await authenticateUser(c, deps);
    return c.json(await listCalls(backend.store.calls, principal.userId, readQuery(c, callsQuerySchema)));
  });
  app.delete(ROUTES.call, async (c) => {
    const { backend, principal } = await authenticateUser(c, deps);
    await backend.calls.delete(readCallId(c), principal.userId);
    return c.body(null, 204);
  });
};
