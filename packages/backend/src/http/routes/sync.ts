import { OracleCallError } from '@oracle-calls/protocol';
import { ROUTES, syncRequestSchema } from '@oracle-calls/protocol/http';
import { toCallRecord } from '../../calls/call.ts';
import { readCallId, readJson } from '../read-request.ts';
import { signalOf } from '../request-deadline.ts';
import { authenticateUser, type Route } from '../route.ts';

/** `POST /calls/:callId/sync`: the caller is in the SFU room; the call becomes active. */
export const syncRoute: Route = (app, deps) => {
  app.post(ROUTES.sync, async (c) => {
    const { backend, principal } = await authenticateUser(c, deps);
    const callId = readCallId(c);
    const body = await readJson(c, syncRequestSchema);
    if (body.callId !== undefined && body.callId !== callId) {
      throw new OracleCallError('ERR_PROTOCOL_CALL_ID', 'The call id of the body is not the one of the path.');
    }
    return c.json(toCallRecord(await backend.calls.sync(callId, principal.userId, body.sessionId, signalOf(c))));
  });
};
