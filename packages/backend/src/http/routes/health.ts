import { ROUTES } from '@oracle-calls/protocol/http';
import type { Route } from '../route.ts';

/** `GET /healthz`: the process lives. `GET /readyz`: database, Matrix and SFU answer, so calls can be served. */
export const healthRoute: Route = (app, { getBackend }) => {
  app.get(ROUTES.healthz, (c) => c.json({ status: 'ok' }));
  app.get(ROUTES.readyz, async (c) => {
    await getBackend().readiness.check();
    return c.json({ status: 'ready' });
  });
};
