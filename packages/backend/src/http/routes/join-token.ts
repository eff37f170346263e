import { ROUTES, joinTokenRequestSchema } from '@oracle-calls/protocol/http';
import { readJson } from '../read-request.ts';
import { authenticateUser, type Route } from '../route.ts';

/** `POST /join-token`: makes the SFU room with its agent and lets the asker in. */
export const joinTokenRoute: Route = (app, { getBackend }) => {
  app.post(ROUTES.joinToken, async (c) => {
    const backend = getBackend();
    const { userId } = await authenticateUser(c, backend);
    return c.json(await backend.join.join(userId, await readJson(c, joinTokenRequestSchema)));
  });
};
