import { API_PREFIX, ROUTES } from '@oracle-calls/protocol/http';
import { readFile } from 'node:fs/promises';
import { failed, ok, skipped, warning, type Check, type Outcome } from '../check.ts';
import type { CheckDeps, Installation } from '../installation.ts';
import { textAt, Unreachable } from '../network/ask.ts';
import { askerOf, unlessUnreachable, type Asker } from '../network/asker.ts';
import { portStateOf } from '../network/listen-port.ts';
import { listenUrl } from '../read-installation.ts';
import { judgeTransport } from './certificates.ts';

const NOT_GIVEN = 'no backend is given (--backend <file>, --agent <file> or --backend-url)';

/** Headers that every answer must have, and what each must say at least. */
const HEADERS: Readonly<Record<string, RegExp>> = {
  'cache-control': /no-store/,
  'content-security-policy': /default-src 'none'/,
  'x-content-type-options': /nosniff/,
  'strict-transport-security': /max-age=\d+/,
};

/** What `/readyz` says is not ready, and how to mend it. */
const PARTS: Readonly<Record<string, string>> = {
  database: 'The database does not answer: see the disk, and whether the file may be written.',
  matrix: 'The Matrix account does not sync: see the homeserver, and the backend’s log for ERR_MATRIX.',
  sfu: 'The SFU does not answer the backend: see sfu.apiUrl, its key and its secret.',
  draining: 'It was told to stop and takes no new call: start it again.',
};

async function judgeHealth(server: Asker, url: string, signal: AbortSignal): Promise<Outcome> {
  try {
    const { status, json } = await server(ROUTES.healthz, signal);
    if (status === 200 && textAt(json, 'status') === 'ok') return ok(`${url} answers`);
    const mend = `See that this is the backend's base address, without ${API_PREFIX} or a route behind it, and that the proxy passes all paths.`;
    return failed(`${url} answers ${status}, but not as a backend`, mend);
  } catch (error) {
    if (!(error instanceof Unreachable)) throw error;
    return failed(
      `${url} cannot be reached: ${error.message}`,
      'Start the backend, and see that its proxy points at listen.port.',
    );
  }
}

/** Of one oracle when it is known which; the others may fare otherwise. */
async function judgeReadiness(server: Asker, oracleDid: string | undefined, signal: AbortSignal): Promise<Outcome> {
  const query = oracleDid === undefined ? '' : `?oracleDid=${encodeURIComponent(oracleDid)}`;
  const { status, json } = await server(`${ROUTES.readyz}${query}`, signal);
  if (status === 200) return ok('database, Matrix and SFU answer the backend');
  if (status === 404 && oracleDid !== undefined) {
    return failed(
      `The backend does not serve ${oracleDid}`,
      'Correct oracleDid or oracles in backend.json, or the address of the backend.',
    );
  }
  const issues: unknown = Reflect.get(Object(json), 'issues');
  const parts = Array.isArray(issues) ? issues.map(String).filter((part) => part in PARTS) : [];
  const mend = parts.map((part) => PARTS[part]).join(' ') || 'It starts, or waits for the homeserver: see its log.';
  return failed(`The backend is not ready${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`, mend);
}

async function judgeCors(server: Asker, origins: readonly string[], signal: AbortSignal): Promise<Outcome> {
  if (origins.length === 0) return skipped('no page is known (corsOrigins or --web-origin)');
  const refused: string[] = [];
  for (const origin of origins) {
    const headers = {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type',
    };
    const answer = await server(ROUTES.joinToken, signal, { method: 'OPTIONS', headers });
    const allowed = answer.headers.get('access-control-allow-headers')?.toLowerCase() ?? '';
    const isAllowed = answer.headers.get('access-control-allow-origin') === origin && allowed.includes('authorization');
    if (!isAllowed) refused.push(origin);
  }
  if (refused.length === 0) return ok(`pages of ${origins.join(', ')} may call`);
  const mend =
    'Add it to corsOrigins of backend.json exactly as browsers send it, restart, and let no proxy answer OPTIONS or change these headers.';
  return failed(`Browsers refuse calls by pages of ${refused.join(', ')}`, mend);
}

async function judgeHeaders(server: Asker, signal: AbortSignal): Promise<Outcome> {
  const { headers } = await server(ROUTES.healthz, signal);
  const missing = Object.entries(HEADERS).flatMap(([name, pattern]) =>
    pattern.test(headers.get(name) ?? '') ? [] : [name],
  );
  if (missing.length === 0) return ok('answers are not cached, framed or guessed at');
  const mend = 'The backend sets them itself: see that the proxy in front does not take them away or set its own.';
  return warning(`Answers lack ${missing.join(', ')}`, mend);
}

/** Asks for a call that no ticket names: whoever is refused for the ticket was let in by the key. */
async function judgeApiKey(server: Asker, { agentConfig }: Installation, signal: AbortSignal): Promise<Outcome> {
  const file = agentConfig?.config?.apiKeyFile;
  if (file === undefined) return skipped('the agent’s API key is named in agent.json (--agent)');
  const key = await readFile(file, 'utf8').catch(() => '');
  if (key.trim() === '')
    return failed(`${file} cannot be read or is empty`, 'Name the file that keygen or "api-keys create" made.');
  const answer = await server(ROUTES.claim, signal, {
    method: 'POST',
    token: key.trim(),
    body: {},
  });
  if (answer.status === 401 || answer.status === 403) {
    const mend =
      'Put the hash (agent-api-key.sha256) into agentKeys of backend.json and restart it, or make a key with "oracle-calls api-keys create" and write it into the file.';
    return failed(`The backend refuses the API key of ${file}`, mend);
  }
  if (answer.status === 429 || answer.status === 503) return skipped(`the backend answers ${answer.status} just now`);
  return ok('the backend accepts the agent’s API key');
}

async function judgePort(
  { backendConfig }: Installation,
  server: Asker | undefined,
  signal: AbortSignal,
): Promise<Outcome> {
  const listen = backendConfig?.config?.listen;
  if (listen === undefined) return skipped('the port is in backend.json (--backend)');
  if (listen.port === 0) return skipped('any free port (listen.port is 0)');
  const place = `${listen.host}:${listen.port}`;
  const state = await portStateOf(listen.host, listen.port);
  if (state === 'free') return ok(`${place} is free: no backend runs here`);
  if (state === 'no-such-address')
    return failed(`${listen.host} is no address of this machine`, 'Correct listen.host.');
  if (state === 'forbidden') {
    return failed(`This user may not listen on ${place}`, 'Take a port from 1024 on and let a proxy have port 443.');
  }
  const health = await server?.(ROUTES.healthz, signal).catch(() => undefined);
  if (textAt(health?.json, 'status') === 'ok') return ok(`${place} is taken by this backend`);
  return failed(`${place} is taken by another program`, `Stop it ("ss -ltnp" shows which), or change listen.port.`);
}

export function backendChecks({ installation, clock }: CheckDeps): Check[] {
  const { backendUrl: url, webOrigins } = installation;
  const now = (): number => clock.now();
  const withServer =
    (judge: (server: Asker, url: string, signal: AbortSignal) => Promise<Outcome>): Check['run'] =>
    async (signal) => {
      if (url === undefined) return skipped(NOT_GIVEN);
      return await unlessUnreachable('the backend', () => judge(askerOf(url, now), url, signal));
    };
  return [
    {
      id: 'backend.port',
      title: 'Port',
      run: (signal) => judgePort(installation, listenAsker(installation, now), signal),
    },
    { id: 'backend.health', title: 'Backend', run: withServer(judgeHealth) },
    {
      id: 'backend.readiness',
      title: 'Readiness',
      run: withServer((at, _url, signal) => judgeReadiness(at, installation.oracleDid, signal)),
    },
    {
      id: 'backend.tls',
      title: 'Certificate',
      run: withServer((_at, its, signal) => judgeTransport(its, now(), signal)),
    },
    { id: 'backend.cors', title: 'Pages', run: withServer((at, _url, signal) => judgeCors(at, webOrigins, signal)) },
    { id: 'backend.headers', title: 'Headers', run: withServer((at, _url, signal) => judgeHeaders(at, signal)) },
    {
      id: 'backend.api-key',
      title: 'API key',
      run: withServer((at, _url, signal) => judgeApiKey(at, installation, signal)),
    },
  ];
}

/** Asks what listens on the port itself, not what a proxy shows outside. */
function listenAsker({ backendConfig }: Installation, now: () => number): Asker | undefined {
  const url = listenUrl(backendConfig?.config);
  return url === undefined ? undefined : askerOf(url, now);
}
