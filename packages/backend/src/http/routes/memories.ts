import { keepMemoryRequestSchema, memoriesQuerySchema, ROUTES } from '@oracle-calls/protocol/http';
import { readCallId, readJson, readQuery } from '../read-request.ts';
import { authenticateAgent, authenticateUser, type Route } from '../route.ts';

/** `/memories`: what oracles remember of the caller. `/calls/:callId/memory`: an agent keeps it, or erases it because its user said so. */
export const memoriesRoute: Route = (app, deps) => {
  app.get(ROUTES.memories, async (c) => {
    const { backend, principal } = await authenticateUser(c, deps);
    return c.json(await backend.memories.list(principal, readQuery(c, memoriesQuerySchema)));
  });
  app.delete(ROUTES.memories, async (c) => {
    const { backend, principal } = await authenticateUser(c, deps);
    const { address } = deps.gate.addressOf(c);
    return c.json(await backend.memories.erase({ user: principal, address }, readQuery(c, memoriesQuerySchema)));
  });
  app.post(ROUTES.callMemory, async (c) => {
    const { backend, principal } = await authenticateAgent(c, deps);
    const callId = readCallId(c);
    const memory = await readJson(c, keepMemoryRequestSchema);
    const { address } = deps.gate.addressOf(c);
    await backend.memories.keep({ agent: principal, address }, callId, memory);
    return c.body(null, 204);
  });
  app.delete(ROUTES.callMemory, async (c) => {
    const { backend, principal } = await authenticateAgent(c, deps);
    const { address } = deps.gate.addressOf(c);
    await backend.memories.eraseForAgent({ agent: principal, address }, readCallId(c));
    return c.body(null, 204);
  });
};
