import { ROUTES, standbyRequestSchema } from '@oracle-calls/protocol/http';
import type { StandbyResponse } from '@oracle-calls/protocol/http';
import { readJson } from '../read-request.ts';
import { signalOf } from '../request-deadline.ts';
import { authenticateAgent, type Route } from '../route.ts';

/** `POST /agent/standby`: a worker waits for the next call. */
export const standbyRoute: Route = (app, deps) => {
  app.post(ROUTES.standby, async (c) => {
    const { backend, principal } = await authenticateAgent(c, deps);
    const { load } = await readJson(c, standbyRequestSchema);
    const call = await backend.standby.wait({ oracleDid: principal.oracleDid, load, signal: signalOf(c) });
    return c.json((call === undefined ? {} : { call }) satisfies StandbyResponse);
  });
};
