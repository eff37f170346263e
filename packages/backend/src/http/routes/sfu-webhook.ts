import { ROUTES } from '@oracle-calls/protocol/http';
import type { Route } from '../route.ts';

/** `POST /livekit/webhook`: the SFU tells who came and went. The signature is over the body's exact text. */
export const sfuWebhookRoute: Route = (app, { getBackend }) => {
  app.post(ROUTES.sfuWebhook, async (c) => {
    const body = await c.req.text();
    await getBackend().webhooks.receive(body, c.req.header('authorization'));
    return c.body(null, 204);
  });
};
