import { join, resolve } from 'node:path';
import type { OracleSettings } from '@oracle-calls/agent/oracle';
import { ROUTES } from '@oracle-calls/protocol/http';
import { startDidResolver } from '../did-resolver/did-resolver.ts';
import type { DidResolver } from '../did-resolver/did-resolver.ts';
import { startLiveKit } from '../livekit/livekit.ts';
import type { LiveKit } from '../livekit/livekit.ts';
import type { OidcIssuer } from '../oidc/oidc-issuer.ts';
import { DevError } from '../process/dev-error.ts';
import { startRestartable } from '../process/restartable-process.ts';
import type { OnUnexpectedExit } from '../process/restartable-process.ts';
import { STOP_GRACE_MS } from '../process/supervised-process.ts';
import type { LogLine } from '../process/supervised-process.ts';
import { startSynapse } from '../synapse/synapse.ts';
import type { SingleSignOn } from '../synapse/synapse-config.ts';
import type { Synapse } from '../synapse/synapse.ts';
import { ensureToolchain } from '../toolchain/toolchain.ts';
import { seedAccounts } from './accounts.ts';
import type { Accounts, Caller } from './accounts.ts';
import type { AgentLanguage } from './agent-language.ts';
import { AgentSwitch } from './agent-switch.ts';
import { makeOracleIdentity, ORACLE_FOLDER } from './oracle-identity.ts';
import type { OracleIdentity } from './oracle-identity.ts';
import { BACKEND_FOLDER, backendSpec, planAgent } from './oracle-processes.ts';
import type { AgentPlan, OracleParts } from './oracle-processes.ts';
import { GUIDE_FILE } from './project.ts';
import { planPythonAgent } from './python-agent.ts';
import { makeSecondOracle } from './second-oracle.ts';
import type { SecondOracle } from './second-oracle.ts';
import type { Part } from './part-log.ts';
import { lockState } from './stack-lock.ts';
import { holdPort, reportOther, wishedPort } from './stack-ports.ts';
import type { PortName, PortWishes } from './stack-ports.ts';
import { settleAll, Teardown } from './teardown.ts';
import { startWebPage } from './web-page.ts';
import type { WebPage } from './web-page.ts';

/** What a client connects to in a call. */
export type ClientPart = 'homeserver' | 'backend' | 'sfu';

type How = { readonly signal?: 'SIGTERM' | 'SIGKILL' };

export interface StackOptions {
  /** Secrets, databases and keys; made when absent. One stack at a time has it, and the same folder continues. */
  readonly stateDir: string;
  /** Gets every line of every part, without prefix. */
  readonly log?: ((part: Part, line: string) => void) | undefined;
  /** By default the well-known ports where they are free; `'any'` for free ones throughout. */
  readonly preferredPorts?: PortWishes | undefined;
  /** Whether the agent runs from the start. Default true; `startAgent` starts it later. */
  readonly agent?: boolean | undefined;
  /** What talks: `{ definitionFile }` for an oracle of your own, `{}` for the demonstration brain alone. The guide (`dev/guide`) when absent. */
  readonly oracle?: OracleSettings | undefined;
  /** Reads the oracle anew whenever its files change. Default false. */
  readonly reloadsOracle?: boolean | undefined;
  /** In which language the agent is written. Default `node`. */
  readonly agentLanguage?: AgentLanguage | undefined;
  /** Whether the oracle's side takes calls whose key nobody signed. Default `refuse`. */
  readonly olderProtocol?: 'allow' | 'refuse' | undefined;
  /** Whether the backend serves a second oracle, which has an account and no agents. Default `none`. */
  readonly secondOracle?: 'none' | 'without-agents' | undefined;
  /** How long each waits for calls in progress when it is told to stop, in seconds. Default 0: it stops at once. */
  readonly drainSeconds?: { readonly backend?: number; readonly agent?: number } | undefined;
  /** A file with the address of a Postgres database for the backend; SQLite without it. */
  readonly databaseUrlFile?: string | undefined;
  /** Whether the page is served. Default true. */
  readonly web?: boolean | undefined;
  /** The environment of a process, asked for at each start; by default this process's own. */
  readonly environment?: ((part: 'backend' | 'agent') => NodeJS.ProcessEnv) | undefined;
  /** Where page, backend and agent send their spans (OTLP over HTTP, JSON). Nowhere when absent. */
  readonly otlpUrl?: string | undefined;
  /** Ports on loopback where backend and agent tell their metrics. Nowhere when absent. */
  readonly metricsPorts?: { readonly backend: number; readonly agent: number } | undefined;
  /** Where else a page is served that may call this backend. */
  readonly otherPageOrigins?: readonly string[] | undefined;
  /**
   * Where clients are told that a part is, for tests that put something in between; by default where it is. Backend and agent
   * go the straight way.
   */
  readonly clientUrl?: ((part: ClientPart, url: string) => Promise<string>) | undefined;
  /** Whether people may also sign in at an OpenID Connect provider. Default false. */
  readonly singleSignOn?: boolean | undefined;
  /** How long the homeserver's access tokens live of which a client said that it can refresh them; for ever when absent, in ms. */
  readonly refreshableTokenMs?: number | undefined;
  /** Gives the start up; what was started by then is stopped. */
  readonly signal?: AbortSignal | undefined;
}

export interface Stack extends AsyncDisposable {
  readonly stateDir: string;
  readonly homeserverUrl: string;
  readonly serverName: 'localhost';
  readonly sfu: Pick<LiveKit, 'url' | 'apiUrl' | 'apiKey' | 'apiSecret'>;
  readonly backendUrl: string;
  /** Base address of a Universal Resolver that knows the oracle's DID. */
  readonly didResolverUrl: string;
  /** Where a person calls from; `undefined` without the page. */
  readonly webUrl: string | undefined;
  readonly oracleDid: string;
  readonly oracleUserId: string;
  /** The second oracle, when there is one. */
  readonly second: SecondOracle | undefined;
  readonly users: { readonly alice: Caller; readonly bob: Caller };
  /** The provider of accounts, when there is one. It knows the users with their passwords. */
  readonly singleSignOn: OidcIssuer | undefined;
  /** Makes an account at the homeserver, without a cross-signing identity: the first sign-in makes that. */
  registerUser(name: string, password: string): Promise<void>;
  readonly paths: StackPaths;
  /** Rejects when a part stops that nobody asked to stop; never settles otherwise. */
  readonly failed: Promise<never>;
  /** Process ids as they are now. */
  pids(): {
    readonly synapse: number;
    readonly livekit: number;
    readonly backend: number;
    readonly agent: number | undefined;
  };
  /** Ends the backend and starts it again on the same port and data. SIGKILL unless told otherwise. */
  restartBackend(how?: How): Promise<void>;
  /** Ends the backend by SIGTERM. */
  stopBackend(): Promise<void>;
  /** Starts a stopped backend again on the same port and data. */
  startBackend(): Promise<void>;
  /** Ends LiveKit and starts it again on the same ports. SIGTERM unless told otherwise. */
  restartLiveKit(how?: How): Promise<void>;
  stopAgent(): Promise<void>;
  /** Resolves once LiveKit will send it calls. */
  startAgent(): Promise<void>;
  /** Resolves once an agent process waits with its models loaded, some seconds after the agent has started. */
  agentWarm(signal: AbortSignal): Promise<void>;
  /** Stops exactly what the stack started, in order, each part within a bound. Idempotent. */
  close(): Promise<void>;
}

/** For tests that look for what must not be there. */
export interface StackPaths {
  readonly homeserverDatabase: string;
  /** The backend's database and its Matrix store. */
  readonly backendDir: string;
  /** Holds the oracle's private key. */
  readonly oracleDir: string;
  /** The DID documents that the resolver serves, one `*.json` file each. */
  readonly didDocumentsDir: string;
}

/**
 * Starts everything that a call needs, on loopback.
 *
 * @throws {DevError} when a part does not come up; whatever had started is stopped by then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const teardown = new Teardown();
  try {
    return await compose(options, teardown);
  } catch (cause) {
    await teardown.close();
    throw cause;
  }
}

async function compose(options: StackOptions, teardown: Teardown): Promise<Stack> {
  const stateDir = resolve(options.stateDir);
  const didDocumentsDir = join(stateDir, 'did-documents');
  const start = new AbortController();
  const giveUp = (cause: unknown): void => start.abort(cause);
  const signal = options.signal === undefined ? start.signal : AbortSignal.any([start.signal, options.signal]);
  const logOf =
    (part: Part): LogLine =>
    (line) =>
      options.log?.(part, line);
  const failure = Promise.withResolvers<never>();
  // Nobody has to watch.
  failure.promise.catch(() => undefined);
  const onUnexpectedExit: OnUnexpectedExit = (error) => {
    // While others are still starting, nobody waits for them any more.
    giveUp(error);
    failure.reject(error);
  };

  teardown.add('state', await lockState(stateDir, logOf('stack')));
  const { weightsDir } = await ensureToolchain({ write: logOf('tools'), chromium: false, signal });
  if (weightsDir === undefined) throw new DevError('ERR_DEV_INSTALL', 'There are no model weights.');
  const wishes = options.preferredPorts ?? {};
  const backendPort = teardown.add('state', await holdPort('backend', wishes, logOf('stack'))).port;
  const webPort = teardown.add('state', await holdPort('web', wishes, logOf('stack'))).port;
  const backendUrl = `http://127.0.0.1:${backendPort}`;
  const server = { stateDir, signal, onUnexpectedExit };

  const ownPageUrls = [`http://127.0.0.1:${webPort}`, `http://localhost:${webPort}`];
  const pageUrls = [...ownPageUrls, ...(options.otherPageOrigins ?? [])];
  const clientUrl = options.clientUrl ?? ((_part: ClientPart, url: string) => Promise.resolve(url));
  let oidc: OidcIssuer | undefined;

  const [{ synapse, accounts, identity }, livekit, resolver] = await settleAll(
    [openHomeserver(), openLiveKit(), openResolver()],
    giveUp,
  );
  signal.throwIfAborted();
  const { baseUrl: didResolverUrl } = resolver;
  const { environment = () => process.env } = options;
  const sfuClientUrl = await clientUrl('sfu', livekit.url);
  const oracle = { accounts, identity, didResolverUrl, weightsDir };
  const { drainSeconds = {}, secondOracle = 'none' } = options;
  const second =
    secondOracle === 'none' ? undefined : await makeSecondOracle({ stateDir, synapse, backendUrl, didDocumentsDir });
  const parts: OracleParts = { stateDir, backendUrl, synapse, livekit, ...oracle, second, drainSeconds, signal };
  const { olderProtocol = 'refuse', databaseUrlFile, otlpUrl, metricsPorts } = options;
  const backendPlan = await backendSpec(
    { ...parts, sfuClientUrl, pageUrls, olderProtocol, databaseUrlFile, otlpUrl, metricsPort: metricsPorts?.backend },
    logOf('backend'),
  );
  let isClosing = false;
  // Whoever stops it alone wants to see its calls come to their end; whoever closes the stack does not.
  const drainMs = (): number => (isClosing ? 0 : 1000 * (drainSeconds.backend ?? 0));
  const backendProcess = {
    ...backendPlan,
    env: () => environment('backend'),
    stopGraceMs: () => STOP_GRACE_MS + drainMs(),
  };
  const agentPlan = options.agentLanguage === 'python' ? await planInPython() : await planInNode();
  const agent = new AgentSwitch(agentPlan.spec, onUnexpectedExit);
  teardown.add('agent', agent);
  const [backend, web] = await settleAll(
    [
      startRestartable(backendProcess, onUnexpectedExit).then((it) => teardown.add('backend', it)),
      options.web === false ? undefined : openPage(),
      options.agent === false ? undefined : agent.start(),
    ],
    giveUp,
  );
  signal.throwIfAborted();
  const close = (): Promise<void> => {
    isClosing = true;
    return teardown.close();
  };
  return {
    stateDir,
    homeserverUrl: synapse.baseUrl,
    serverName: synapse.serverName,
    sfu: { url: livekit.url, apiUrl: livekit.apiUrl, apiKey: livekit.apiKey, apiSecret: livekit.apiSecret },
    backendUrl,
    didResolverUrl: resolver.baseUrl,
    webUrl: web?.url,
    oracleDid: identity.did,
    oracleUserId: accounts.oracle.userId,
    second,
    users: { alice: accounts.alice, bob: accounts.bob },
    singleSignOn: oidc,
    registerUser: (name, password) => synapse.registerUser(name, password),
    paths: {
      homeserverDatabase: synapse.databaseFile,
      backendDir: join(stateDir, BACKEND_FOLDER),
      oracleDir: join(stateDir, ORACLE_FOLDER),
      didDocumentsDir,
    },
    failed: failure.promise,
    pids: () => ({ synapse: synapse.pid, livekit: livekit.pid, backend: backend.pid, agent: agent.pid }),
    restartBackend: ({ signal: how = 'SIGKILL' } = {}) => backend.restart({ signal: how }),
    stopBackend: () => backend.stop(),
    startBackend: () => backend.start(),
    restartLiveKit: (how) => livekit.restart(how),
    stopAgent: () => agent.stop(),
    startAgent: () => agent.start(),
    agentWarm: (within) => agentPlan.warm(within),
    close,
    [Symbol.asyncDispose]: close,
  };

  async function planInNode(): Promise<AgentPlan> {
    const chosen = options.oracle ?? { definitionFile: GUIDE_FILE };
    const oracleParts = { ...parts, oracle: chosen, reloadsOracle: options.reloadsOracle === true };
    const plan = await planAgent({ ...oracleParts, otlpUrl, metricsPort: metricsPorts?.agent }, logOf('agent'));
    return { ...plan, spec: { ...plan.spec, env: () => environment('agent') } };
  }

  async function planInPython(): Promise<AgentPlan> {
    const inherited = (): NodeJS.ProcessEnv => environment('agent');
    // Its voices last as long as an agent may speak.
    return teardown.add('backend', await planPythonAgent({ ...parts, olderProtocol }, inherited, logOf('agent')));
  }

  function wish(name: PortName): { readonly port?: number } {
    const port = wishedPort(name, wishes);
    return port === undefined ? {} : { port };
  }

  function opened<T extends AsyncDisposable & { readonly port: number }>(name: PortName, part: T): T {
    reportOther(name, wishes, part.port, logOf('stack'));
    return teardown.add('servers', part);
  }

  async function openResolver(): Promise<DidResolver> {
    return opened('resolver', await startDidResolver({ documentsDir: didDocumentsDir, ...wish('resolver') }));
  }

  async function openHomeserver(): Promise<{ synapse: Synapse; accounts: Accounts; identity: OracleIdentity }> {
    const { refreshableTokenMs } = options;
    const singleSignOn = options.singleSignOn === true ? openProvider : undefined;
    const started = await startSynapse({
      ...{ ...server, ...wish('synapse'), log: logOf('synapse') },
      ...{ singleSignOn, refreshableTokenMs },
    });
    opened('synapse', started);
    const seeded = await seedAccounts(started, stateDir, signal);
    for (const person of [seeded.alice, seeded.bob]) oidc?.register(person);
    const matrixUserId = seeded.oracle.userId;
    const published = { matrixUserId, backendUrl: await clientUrl('backend', backendUrl) };
    const made = await makeOracleIdentity({ stateDir, didDocumentsDir, ...published });
    return { synapse: started, accounts: seeded, identity: made };
  }

  /** The package behind it is loaded only now: most stacks have no provider. */
  async function openProvider(callbackUrl: string): Promise<SingleSignOn> {
    const { startOidcIssuer } = await import('../oidc/oidc-issuer.ts');
    oidc = teardown.add('servers', await startOidcIssuer({ callbackUrl }));
    // Synapse compares beginnings: with the slash, no other host's name begins like ours.
    return { ...oidc.client, pageUrls: pageUrls.map((url) => `${url}/`) };
  }

  async function openLiveKit(): Promise<LiveKit> {
    const started = await startLiveKit({
      ...server,
      ...wish('livekit'),
      log: logOf('livekit'),
      webhookUrls: [`${backendUrl}${ROUTES.sfuWebhook}`],
      // Rooms are the backend's to make: nobody gets one by asking to join it.
      autoCreateRooms: false,
    });
    return opened('livekit', started);
  }

  async function openPage(): Promise<WebPage> {
    const page = await startWebPage({
      port: webPort,
      log: logOf('web'),
      homeserverUrl: await clientUrl('homeserver', synapse.baseUrl),
      didResolverUrl: resolver.baseUrl,
      oracleDid: identity.did,
      otlpUrl,
      testUser: {
        userId: accounts.alice.userId,
        password: accounts.alice.password,
        recoveryKey: accounts.alice.recoveryKey,
      },
    });
    return teardown.add('page', page);
  }
}
