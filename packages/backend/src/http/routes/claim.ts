import { ROUTES, claimRequestSchema } from '@oracle-calls/protocol/http';
import { readJson } from '../read-request.ts';
import { signalOf } from '../request-deadline.ts';
import { authenticateAgent, type Route } from '../route.ts';

/** `POST /agent/claim`: a dispatch ticket for its call, once. */
export const claimRoute: Route = (app, deps) => {
  app.post(ROUTES.claim, async (c) => {
    const { backend, principal } = await authenticateAgent(c, deps);
    const request = await readJson(c, claimRequestSchema);
    const { address } = deps.gate.addressOf(c);
    return c.json(await backend.agentDesk.claim({ agent: principal, address, signal: signalOf(c) }, request));
  });
};
