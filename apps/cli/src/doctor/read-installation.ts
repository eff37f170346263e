import { readFile } from 'node:fs/promises';
import type { AgentConfig, BackendConfig, OracleConfig } from '@oracle-calls/oracle/configuration';
import { BearerSecret } from '@oracle-calls/protocol';
import type { Installation, ReadConfig } from './installation.ts';

/** What the command line gives. Addresses given there stand above those of the files. */
export interface Given {
  readonly backend?: string | undefined;
  readonly agent?: string | undefined;
  readonly homeserverUrl?: string | undefined;
  readonly sfuUrl?: string | undefined;
  readonly sfuApiUrl?: string | undefined;
  readonly sfuKey?: string | undefined;
  readonly sfuSecretFile?: string | undefined;
  readonly backendUrl?: string | undefined;
  readonly did?: string | undefined;
  readonly resolverUrl?: string | undefined;
  readonly webOrigin?: readonly string[] | undefined;
  readonly allowPrivate?: boolean | undefined;
}

interface Configs {
  readonly backendConfig: ReadConfig<BackendConfig> | undefined;
  readonly agentConfig: ReadConfig<AgentConfig> | undefined;
}

async function readConfigs({ backend, agent }: Given): Promise<Configs> {
  if (backend === undefined && agent === undefined) return { backendConfig: undefined, agentConfig: undefined };
  // Loaded only when needed: the schemas know the whole backend and agent.
  const { CONFIG_SCHEMAS, readConfigFile } = await import('@oracle-calls/oracle/configuration');
  const read = async <K extends keyof typeof CONFIG_SCHEMAS>(kind: K, file: string) => {
    const reading = await readConfigFile(CONFIG_SCHEMAS[kind], file);
    return { file, problems: reading.kind === 'good' ? [] : reading.problems, config: reading.config };
  };
  const [backendConfig, agentConfig] = await Promise.all([
    backend === undefined ? undefined : read('backend', backend),
    agent === undefined ? undefined : read('agent', agent),
  ]);
  return { backendConfig, agentConfig };
}

/** A secret's file as text, or why it cannot be had. */
async function readSecret(file: string): Promise<BearerSecret | string> {
  try {
    return new BearerSecret((await readFile(file, 'utf8')).trim(), 'SFU API secret');
  } catch {
    return `The file of the API secret, ${file}, cannot be read or is empty.`;
  }
}

/** The http address of a WebSocket's. */
export const httpOf = (url: string | undefined): string | undefined => url?.replace(/^ws/i, 'http');

type Sfu = Pick<Installation, 'sfu' | 'sfuProblem' | 'sfuClientUrl'>;

async function readSfu(given: Given, { backendConfig, agentConfig }: Configs): Promise<Sfu> {
  const known = backendConfig?.config?.sfu ?? agentConfig?.config?.sfu;
  const clientUrl = given.sfuUrl ?? known?.url;
  const apiUrl = given.sfuApiUrl ?? backendConfig?.config?.sfu.apiUrl ?? httpOf(clientUrl);
  const apiKey = given.sfuKey ?? known?.apiKey;
  const secretFile = given.sfuSecretFile ?? known?.apiSecretFile;
  const none = { sfu: undefined, sfuClientUrl: clientUrl };
  if (clientUrl === undefined || apiUrl === undefined) return { ...none, sfuProblem: undefined };
  if (apiKey === undefined || secretFile === undefined) {
    return { ...none, sfuProblem: 'Its API key is not known: give --sfu-key and --sfu-secret-file.' };
  }
  const apiSecret = await readSecret(secretFile);
  if (typeof apiSecret === 'string') return { ...none, sfuProblem: apiSecret };
  return { sfu: { clientUrl, apiUrl, apiKey, apiSecret }, sfuClientUrl: clientUrl, sfuProblem: undefined };
}

/** Where the backend listens, as seen from this machine. */
export const listenUrl = (config: BackendConfig | undefined): string | undefined => {
  if (config === undefined || config.listen.port === 0) return undefined;
  const { host, port } = config.listen;
  // What listens everywhere also listens here.
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
};

/** The oracle that is asked about; `undefined` when the backend does not serve it. */
function chooseOracle(backend: BackendConfig | undefined, did: string | undefined): OracleConfig | undefined {
  const oracles = backend?.oracles ?? [];
  return did === undefined ? oracles[0] : oracles.find((oracle) => oracle.did === did);
}

/** Reads the configuration files and puts together what is known. */
export async function readInstallation(given: Given): Promise<Installation> {
  const configs = await readConfigs(given);
  const backend = configs.backendConfig?.config;
  const agent = configs.agentConfig?.config;
  const oracle = chooseOracle(backend, given.did ?? agent?.oracleDid);
  return {
    ...configs,
    oracle,
    ...(await readSfu(given, configs)),
    homeserverUrl: given.homeserverUrl ?? oracle?.matrix.homeserverUrl,
    allowedServers: oracle?.matrix.allowedServers ?? {},
    backendUrl: given.backendUrl ?? agent?.backendUrl ?? listenUrl(backend),
    oracleDid: given.did ?? agent?.oracleDid ?? oracle?.did,
    didResolverUrl: given.resolverUrl ?? agent?.didResolverUrl ?? backend?.didResolverUrl,
    allowPrivateAddresses:
      given.allowPrivate ?? agent?.allowPrivateAddresses ?? backend?.allowPrivateAddresses ?? false,
    webOrigins: given.webOrigin ?? backend?.corsOrigins ?? [],
    agentName: agent?.agentName ?? oracle?.agentName,
  };
}
