import { ensureCrossSigning, RecoveryKeyHolder } from '@oracle-calls/matrix/cross-signing';
import { silenceGlobalSdkLogger } from '@oracle-calls/matrix/node';
import { BearerSecret, parseWith } from '@oracle-calls/protocol';
import { sessionResponseSchema } from '@oracle-calls/protocol/http';
import { createClient, type MatrixClient } from 'matrix-js-sdk';
import * as v from 'valibot';
import type { Account, Caller } from '../../dev/stack/accounts.ts';
import type { Stack } from '../../dev/stack/stack.ts';
import { until } from './agent/until.ts';

const loginSchema = v.looseObject({ access_token: v.string(), user_id: v.string(), device_id: v.string() });
const openIdSchema = v.looseObject({ access_token: v.string(), matrix_server_name: v.string() });
export type OpenIdToken = v.InferOutput<typeof openIdSchema>;

async function json<S extends v.GenericSchema>(schema: S, response: Response): Promise<v.InferOutput<S>> {
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${await response.text()}`);
  return parseWith(schema, await response.json());
}

/** A device of an account. */
export interface Login {
  readonly accessToken: string;
  readonly userId: string;
  readonly deviceId: string;
}

/** Signs an account in as a new device. */
async function logIn({ homeserverUrl }: Stack, account: Account): Promise<Login> {
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

/** Signs an account in as a new device that its identity signs, with a client that encrypts and has synced. */
export async function signInClient(
  stack: Stack,
  account: Caller,
): Promise<{ readonly client: MatrixClient; readonly login: Login }> {
  silenceGlobalSdkLogger();
  const login = await logIn(stack, account);
  const holder = new RecoveryKeyHolder();
  const { cryptoCallbacks } = holder;
  const client = createClient({ baseUrl: stack.homeserverUrl, ...login, cryptoCallbacks, disableVoip: true });
  await client.initRustCrypto({ useIndexedDB: false });
  await client.startClient({ disablePresence: true });
  await until(() => client.isInitialSyncComplete(), 'the first sync');
  const recoveryKey = new BearerSecret(account.recoveryKey, 'recovery key');
  const { state } = await ensureCrossSigning(client, { holder, recoveryKey });
  if (state !== 'ready') throw new Error(`The device of ${account.name} is not signed.`);
  return { client, login };
}

/** An OpenID token of an account, from the real homeserver; for a new device unless one is given. */
export async function openIdToken(stack: Stack, account: Account, login?: Login): Promise<OpenIdToken> {
  const { accessToken: matrixAccessToken, userId } = login ?? (await logIn(stack, account));
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

/** A person's authorization header at the backend; for a new device unless one is given. */
export async function personAuthorization(stack: Stack, account: Account, login?: Login): Promise<string> {
  const response = await exchange(stack, await openIdToken(stack, account, login));
  const { sessionToken } = await json(sessionResponseSchema, response);
  return `Bearer ${sessionToken}`;
}
