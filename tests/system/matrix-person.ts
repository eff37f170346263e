import { parseWith } from '@oracle-calls/protocol';
import { sessionResponseSchema } from '@oracle-calls/protocol/http';
import * as v from 'valibot';
import type { Account } from '../../dev/stack/accounts.ts';
import type { Stack } from '../../dev/stack/stack.ts';

const loginSchema = v.looseObject({ access_token: v.string(), user_id: v.string(), device_id: v.string() });
const openIdSchema = v.looseObject({ access_token: v.string(), matrix_server_name: v.string() });
export type OpenIdToken = v.InferOutput<typeof openIdSchema>;

async function json<S extends v.GenericSchema>(schema: S, response: Response): Promise<v.InferOutput<S>> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  return parseWith(schema, await response.json());
}

/** Signs an account in as a new device. */
export async function logIn(
  { homeserverUrl }: Stack,
  account: Account,
): Promise<{ readonly accessToken: string; readonly userId: string; readonly deviceId: string }> {
  const response = await fetch(`${homeserverUrl}/_matrix/client/v3/login`, {
    method: 'POST',
    body: JSON.stringify({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: account.userId },
      password: account.password,
    }),
  });
  const { access_token: accessToken, user_id: userId, device_id: deviceId } = await json(loginSchema, response);
  return { accessToken, userId, deviceId };
}

/** An OpenID token of an account, from the real homeserver. */
export async function openIdToken(stack: Stack, account: Account): Promise<OpenIdToken> {
  const { accessToken: matrixAccessToken, userId } = await logIn(stack, account);
  const path = `/_matrix/client/v3/user/${encodeURIComponent(userId)}/openid/request_token`;
  const token = await fetch(`${stack.homeserverUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${matrixAccessToken}` },
    body: '{}',
  });
  return json(openIdSchema, token);
}

/** Exchanges an OpenID token at the backend; the raw answer, for refusals. */
export function exchange({ backendUrl }: Stack, token: OpenIdToken): Promise<Response> {
  return fetch(`${backendUrl}/auth/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ openIdToken: token }),
  });
}

/** A person's authorization header at the backend. */
export async function personAuthorization(stack: Stack, account: Account): Promise<string> {
  const response = await exchange(stack, await openIdToken(stack, account));
  const { sessionToken } = await json(sessionResponseSchema, response);
  return `Bearer ${sessionToken}`;
}
