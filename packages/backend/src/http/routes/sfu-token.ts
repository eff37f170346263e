import type { Context } from 'hono';
import { OracleCallError } from '@oracle-calls/protocol';
import {
  getTokenRequestSchema,
  ROUTES,
  sfuGetRequestSchema,
  type SfuGetRequest,
  type SfuTokenResponse,
} from '@oracle-calls/protocol/http';
import { readJson } from '../read-request.ts';
import { signalOf } from '../request-deadline.ts';
import type { Route, RouteDeps } from '../route.ts';

/** `POST /sfu/get` and `POST /get_token`: a join token for clients that ask as MatrixRTC has it. The rules are those of `/join-token`. */
export const sfuTokenRoute: Route = (app, deps) => {
  app.post(ROUTES.sfuGet, async (c) => {
    const { room, openid_token: openIdToken } = await readJson(c, sfuGetRequestSchema);
    return c.json(await giveToken(c, deps, { room, openIdToken, claimedUserId: undefined }));
  });
  app.post(ROUTES.getToken, async (c) => {
    const { room_id: room, openid_token: openIdToken, member } = await readJson(c, getTokenRequestSchema);
    return c.json(await giveToken(c, deps, { room, openIdToken, claimedUserId: member.claimed_user_id }));
  });
};

interface TokenRequest {
  readonly room: string;
  readonly openIdToken: SfuGetRequest['openid_token'];
  /** Whom the client says to be; the homeserver's word counts. */
  readonly claimedUserId: string | undefined;
}

async function giveToken(
  c: Context,
  { getBackend, gate }: RouteDeps,
  { room, openIdToken, claimedUserId }: TokenRequest,
): Promise<SfuTokenResponse> {
  const { sessions, roomOfRequest, join } = getBackend();
  const signal = signalOf(c);
  await gate.countExchange(c);
  const userId = await gate.guardGuessing(c, async () => {
    const verified = await sessions.redeem(openIdToken, signal);
    if (claimedUserId === undefined || claimedUserId === verified) return verified;
    throw new OracleCallError(
      'ERR_AUTH_INVALID',
      'The homeserver vouches for another user than the one who is claimed.',
    );
  });
  await gate.countUser(userId);
  const request = await roomOfRequest.find(userId, room, signal);
  await gate.countJoin(userId);
  const { url, joinToken } = await join.join(userId, request);
  return { url, jwt: joinToken };
}
