import { ringRequestSchema, ROUTES } from '@oracle-calls/protocol/http';
import { toRingRecord } from '../../rings/ring.ts';
import { readJson, readRingId } from '../read-request.ts';
import { authenticateAgent, type Route } from '../route.ts';

/** `POST /rings`: an oracle calls a person. `GET` and `DELETE /rings/:ringId`: what became of it; take it back. */
export const ringsRoute: Route = (app, deps) => {
  app.post(ROUTES.rings, async (c) => {
    const { backend, principal } = await authenticateAgent(c, deps);
    const request = await readJson(c, ringRequestSchema);
    await deps.gate.countRing(principal.oracleDid, request.userId);
    const { address } = deps.gate.addressOf(c);
    return c.json(toRingRecord(await backend.rings.ring({ agent: principal, address }, request)));
  });
  app.get(ROUTES.ring, async (c) => {
    const { backend, principal } = await authenticateAgent(c, deps);
    return c.json(toRingRecord(await backend.rings.find(principal, readRingId(c))));
  });
  app.delete(ROUTES.ring, async (c) => {
    const { backend, principal } = await authenticateAgent(c, deps);
    const { address } = deps.gate.addressOf(c);
    return c.json(toRingRecord(await backend.rings.cancel({ agent: principal, address }, readRingId(c))));
  });
};
