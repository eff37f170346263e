import { ROUTES } from '@oracle-calls/protocol/http';
import type { Route } from '../route.ts';

/** `POST /livekit/webhook`: the SFU tells who came and went. The signature is over the body's exact text. */
export const sfuWebhookRoute: Route = (app, { getBackend, gate }) => {
  app.post(ROUTES.sfuWebhook, async (c) => {
    const { webhooks } = getBackend();
    const body = await c.req.text();
    try {
      await webhooks.receive(body, c.req.header('authorization'));
    } catch (error) {
      // Calls depend on the SFU's webhooks, so that good ones are never counted.
      await gate.countRequest(c);
      throw error;
    }
    return c.body(null, 204);
  });
};
