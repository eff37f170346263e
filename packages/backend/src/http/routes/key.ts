import { ROUTES } from '@oracle-calls/protocol/http';
import { readCallId } from '../read-request.ts';
import { authenticateAgent, type Route } from '../route.ts';

/** `GET` and `POST /calls/:callId/key`: the sealed key, for the oracle's agent. */
export const keyRoute: Route = (app, { getBackend }) => {
  app.on(['GET', 'POST'], ROUTES.key, async (c) => {
    const backend = getBackend();
    const agent = await authenticateAgent(c, backend);
    return c.json(await backend.agentDesk.key(agent, readCallId(c), c.req.raw.signal));
  });
};
