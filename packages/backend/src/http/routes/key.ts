import { ROUTES } from '@oracle-calls/protocol/http';
import { readCallId } from '../read-request.ts';
import { signalOf } from '../request-deadline.ts';
import { authenticateAgent, type Route } from '../route.ts';

/** `GET` and `POST /calls/:callId/key`: the sealed key, for the oracle's agent. */
export const keyRoute: Route = (app, deps) => {
  app.on(['GET', 'POST'], ROUTES.key, async (c) => {
    const { backend, principal } = await authenticateAgent(c, deps);
    const { address } = deps.gate.addressOf(c);
    return c.json(await backend.agentDesk.key({ agent: principal, address, signal: signalOf(c) }, readCallId(c)));
  });
};
