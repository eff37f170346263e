import { ROUTES, joinTokenRequestSchema } from '@oracle-calls/protocol/http';
import { readJson } from '../read-request.ts';
import { authenticateUser, type Route } from '../route.ts';

/** `POST /join-token`: makes the SFU room with its agent and lets the asker in. */
export const joinTokenRoute: Route = (app, deps) => {
  app.post(ROUTES.joinToken, async (c) => {
    const { backend, principal } = await authenticateUser(c, deps);
    const request = await readJson(c, joinTokenRequestSchema);
    await deps.gate.countJoin(principal.userId);
    return c.json(await backend.join.join(principal.userId, request));
  });
};
