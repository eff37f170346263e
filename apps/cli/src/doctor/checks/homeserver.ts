import { readFile } from 'node:fs/promises';
import { isPrivateHost } from '@oracle-calls/protocol/did';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps, Installation } from '../installation.ts';
import { ask, textAt, Unreachable } from '../network/ask.ts';
import { askerOf, unlessUnreachable, type Asker } from '../network/asker.ts';
import { judgeTransport } from './certificates.ts';
import { isOlder } from './version-order.ts';

/** The version that this project is tested with; nothing is known about older ones. */
export const SYNAPSE_TESTED = '1.163';

/** A Matrix version from which on the endpoints are there that are used (v3 paths and authenticated media). */
const MATRIX_VERSION_MIN = 'v1.11';

const NOT_GIVEN = 'no homeserver is given (--backend <file> or --homeserver-url)';
/** A token that nobody was given: the answer to it shows whether the endpoint is there. */
const NO_TOKEN = 'none';

async function judgeReachable(server: Asker, url: string, signal: AbortSignal): Promise<Outcome> {
  try {
    const { status, json } = await server('/_matrix/client/versions', signal);
    const versions: unknown = Reflect.get(Object(json), 'versions');
    if (status !== 200 || !Array.isArray(versions)) {
      const mend = 'Check matrix.homeserverUrl: it is the base address of the client API, without /_matrix behind it.';
      return failed(`${url} answers ${status}, but not as a Matrix homeserver`, mend);
    }
    const newest = versions.map(String).findLast((version) => version.startsWith('v')) ?? 'unknown';
    if (isOlder(newest, MATRIX_VERSION_MIN)) {
      return failed(
        `${url} speaks Matrix ${newest} at most`,
        `Update the homeserver to one that speaks ${MATRIX_VERSION_MIN}.`,
      );
    }
    return ok(`${url} speaks Matrix up to ${newest}`);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    const mend =
      'See that the homeserver runs and that matrix.homeserverUrl is its address, as seen from this machine.';
    return failed(`${url} cannot be reached: ${error.message}`, mend);
  }
}

async function judgeVersion(server: Asker, signal: AbortSignal): Promise<Outcome> {
  const { headers } = await server('/_matrix/client/versions', signal);
  const [, name = '', version = ''] = /^(\S+)\/(\d[\d.]*)/.exec(headers.get('server') ?? '') ?? [];
  if (name !== 'Synapse')
    return skipped(`the server does not say that it is Synapse; tested is Synapse ${SYNAPSE_TESTED}`);
  return isOlder(version, SYNAPSE_TESTED)
    ? warning(`Synapse ${version} is older than what is tested`, `Update it to ${SYNAPSE_TESTED} or later.`)
    : ok(`Synapse ${version}`);
}

/** Signs in with the password of the configuration, asks what a call needs, and signs out: the device is gone afterwards. */
async function judgeAccount(server: Asker, installation: Installation, signal: AbortSignal): Promise<Outcome> {
  const matrix = installation.oracle?.matrix;
  const { json: offer } = await server('/_matrix/client/v3/login', signal);
  const flows: unknown = Reflect.get(Object(offer), 'flows');
  const offersPassword = Array.isArray(flows) && flows.some((flow) => textAt(flow, 'type') === 'm.login.password');
  if (!offersPassword) {
    const mend =
      'The backend signs in with a password: let the homeserver offer m.login.password to the oracle’s account.';
    return failed('The homeserver offers no login by password', mend);
  }
  if (matrix === undefined) return skipped('login by password is offered; the account is in backend.json');
  const password = await readFile(matrix.passwordFile, 'utf8').catch(() => '');
  const login = await server('/_matrix/client/v3/login', signal, {
    method: 'POST',
    body: {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: matrix.userId },
      password: password.replace(/[\r\n]+$/, ''),
      initial_device_display_name: 'oracle-calls doctor',
    },
  });
  if (login.status === 429) return skipped('the homeserver limits logins just now; try again in a minute');
  const token = textAt(login.json, 'access_token');
  if (login.status !== 200 || token === undefined) {
    const mend = 'Check matrix.userId and the content of matrix.passwordFile, or set a new password for the account.';
    return failed(
      `The homeserver refuses the login of ${matrix.userId} (${textAt(login.json, 'errcode') ?? login.status})`,
      mend,
    );
  }
  try {
    return await judgeSession(server, matrix.userId, token, signal);
  } finally {
    await server('/_matrix/client/v3/logout', signal, { method: 'POST', token, body: {} }).catch(() => undefined);
  }
}

async function judgeSession(server: Asker, userId: string, token: string, signal: AbortSignal): Promise<Outcome> {
  const own = { method: 'POST', token, body: { device_keys: { [userId]: [] } } };
  const [keys, openId] = await Promise.all([
    server('/_matrix/client/v3/keys/query', signal, own),
    server(`/_matrix/client/v3/user/${encodeURIComponent(userId)}/openid/request_token`, signal, {
      method: 'POST',
      token,
      body: {},
    }),
  ]);
  if (keys.status !== 200) {
    const mend = 'End-to-end encryption needs the /keys endpoints: see that the proxy passes all of /_matrix/client.';
    return failed(`The homeserver answers ${keys.status} when it is asked for device keys`, mend);
  }
  if (openId.status !== 200) {
    const mend = 'Users prove who they are by OpenID: see that the proxy passes all of /_matrix/client.';
    return failed(`The homeserver gives no OpenID token (${openId.status})`, mend);
  }
  const master: unknown = Reflect.get(Object(Reflect.get(Object(keys.json), 'master_keys')), userId);
  const identity =
    master === undefined
      ? 'has no cross-signing identity yet, which the backend makes at its first start'
      : 'is cross-signed';
  return ok(`${userId} signs in, ${identity}, and gets OpenID tokens`);
}

/** Each server whose users may call must answer who an OpenID token belongs to. */
async function judgeOpenId(
  servers: Readonly<Record<string, string>>,
  now: () => number,
  signal: AbortSignal,
): Promise<Outcome> {
  const names = Object.keys(servers);
  if (names.length === 0) return skipped('no servers are known (matrix.allowedServers)');
  for (const [name, url] of Object.entries(servers)) {
    const path = `/_matrix/federation/v1/openid/userinfo?access_token=${NO_TOKEN}`;
    const problem = await askerOf(url, now)(path, signal).then(
      ({ status, json }) =>
        status === 401 && textAt(json, 'errcode') === 'M_UNKNOWN_TOKEN' ? undefined : `answers ${status}`,
      (error: unknown) => {
        if (error instanceof Unreachable) return error.message;
        throw error;
      },
    );
    if (problem === undefined) continue;
    const mend =
      'Let the homeserver’s listener serve the resource "openid" (or "federation") and the proxy pass /_matrix/federation/v1/openid, or correct matrix.allowedServers.';
    return failed(`The OpenID endpoint of ${name} at ${url}: ${problem}`, mend);
  }
  return ok(`${names.join(', ')} can say whose an OpenID token is`);
}

/** Clients find the homeserver of a name by this document. */
async function judgeWellKnown(
  { allowedServers }: Installation,
  now: () => number,
  signal: AbortSignal,
): Promise<Outcome> {
  const names = Object.keys(allowedServers).filter((name) => !isPrivateHost(name.replace(/:\d+$/, '')));
  if (names.length === 0) return skipped('no server with a public name is known');
  for (const name of names) {
    const mend = `Serve https://${name}/.well-known/matrix/client with m.homeserver.base_url, or users must type the address.`;
    try {
      const { status, json, headers } = await ask(`https://${name}/.well-known/matrix/client`, { signal, now });
      const baseUrl = textAt(json, 'm.homeserver', 'base_url');
      if (status !== 200 || baseUrl === undefined) return warning(`${name} has no such document (${status})`, mend);
      if (headers.get('access-control-allow-origin') !== '*') {
        return warning(
          `Pages may not read the document of ${name}`,
          'Send it with the header Access-Control-Allow-Origin: *.',
        );
      }
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error;
      return warning(`The document of ${name} cannot be had: ${error.message}`, mend);
    }
  }
  return ok(`${names.join(', ')} can be found by name`);
}

export function homeserverChecks({ installation, clock }: CheckDeps): Check[] {
  const { homeserverUrl: url, allowedServers } = installation;
  const now = (): number => clock.now();
  const withServer =
    (judge: (server: Asker, url: string, signal: AbortSignal) => Promise<Outcome>): Check['run'] =>
    async (signal) => {
      if (url === undefined) return skipped(NOT_GIVEN);
      return await unlessUnreachable('the homeserver', () => judge(askerOf(url, now), url, signal));
    };
  return [
    { id: 'homeserver.reachable', title: 'Homeserver', run: withServer(judgeReachable) },
    {
      id: 'homeserver.version',
      title: 'Version',
      run: withServer((server, _url, signal) => judgeVersion(server, signal)),
    },
    {
      id: 'homeserver.tls',
      title: 'Certificate',
      run: withServer((_server, at, signal) => judgeTransport(at, now(), signal)),
    },
    {
      id: 'homeserver.account',
      title: 'Account',
      run: withServer((server, _url, signal) => judgeAccount(server, installation, signal)),
    },
    { id: 'homeserver.openid', title: 'OpenID', run: (signal) => judgeOpenId(allowedServers, now, signal) },
    { id: 'homeserver.well-known', title: 'Discovery', run: (signal) => judgeWellKnown(installation, now, signal) },
  ];
}
