import { ROUTES, updateRequestSchema } from '@oracle-calls/protocol/http';
import { toCallRecord } from '../../calls/call.ts';
import { readCallId, readJson } from '../read-request.ts';
import { signalOf } from '../request-deadline.ts';
import { authenticate, type Route } from '../route.ts';

/** `POST /calls/:callId/update`: the call's user or the oracle's agent ends it. */
export const updateRoute: Route = (app, deps) => {
  app.post(ROUTES.update, async (c) => {
    const { backend, principal } = await authenticate(c, deps);
    const callId = readCallId(c);
    const update = await readJson(c, updateRequestSchema);
    return c.json(toCallRecord(await backend.calls.update(callId, principal, update, signalOf(c))));
  });
};
