import { readyQuerySchema, ROUTES } from '@oracle-calls/protocol/http';
import { readQuery } from '../read-request.ts';
import type { Route } from '../route.ts';

/** `GET /healthz`: the process lives. `GET /readyz`: database, Matrix and SFU answer, so calls can be served: to any oracle, or to the one that is asked about. */
export const healthRoute: Route = (app, { getBackend }) => {
  app.get(ROUTES.healthz, (c) => c.json({ status: 'ok' }));
  app.get(ROUTES.readyz, async (c) => {
    const { readiness } = getBackend();
    const { oracleDid } = readQuery(c, readyQuerySchema);
    return c.json(await readiness.check(oracleDid));
  });
};
