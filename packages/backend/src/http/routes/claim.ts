import { ROUTES, claimRequestSchema } from '@oracle-calls/protocol/http';
import { readJson } from '../read-request.ts';
import { authenticateAgent, type Route } from '../route.ts';

/** `POST /agent/claim`: a dispatch ticket for its call, once. */
export const claimRoute: Route = (app, { getBackend }) => {
  app.post(ROUTES.claim, async (c) => {
    const backend = getBackend();
    const agent = await authenticateAgent(c, backend);
    const request = await readJson(c, claimRequestSchema);
    return c.json(await backend.agentDesk.claim(agent, request, c.req.raw.signal));
  });
};
