import { chown, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { generateOracleFiles, ORACLE_FILE_NAMES } from 'oracle-calls/keygen';
import { keptSecret, privateDir, tryRead, writePrivate } from '../dev/process/private-file.ts';
import { newSigningKey } from '../dev/synapse/synapse-config.ts';

/** The names in the annotated configurations, which `fillIn` replaces. */
const EXAMPLE = {
  domain: 'example.org',
  publicIp: '203.0.113.10',
  agentName: 'filled-in-by-make-secrets',
  agentKeySha256: '0'.repeat(64),
} as const;

/** What the containers run as when root makes the deployment: nobody's account, and never root. */
const UNPRIVILEGED_ID = 10_001;
const CONFIG_FOLDER = join(import.meta.dirname, 'config');
/** Below `live/data`. Docker would make the missing ones as root, and the containers could not write to them. */
const DATA_FOLDERS = ['postgres', 'synapse', 'backend', 'agent'] as const;
/** Where Caddy keeps what it got from the authority that the Caddyfile names. */
const CERTIFICATES = join('caddy', 'caddy', 'certificates', 'acme-v02.api.letsencrypt.org-directory');

export interface DeploymentOptions {
  /** Gets `.env` and `live/`; `deploy/` in the project. */
  readonly folder: string;
  readonly domain: string;
  readonly publicIp: string;
  /** For the certificate authority. */
  readonly email: string;
  /** Goes into the tags of our images. */
  readonly version: string;
}

export interface Deployment {
  readonly oracleDid: string;
  readonly oracleUserId: string;
  /** What needs a DNS entry. */
  readonly names: readonly string[];
  /** Paths below the folder. */
  readonly written: readonly string[];
  readonly kept: readonly string[];
}

/** What is wrong with the options, in words; `undefined` when nothing is. */
export function findProblem({
  domain,
  publicIp,
  email,
}: Omit<DeploymentOptions, 'folder' | 'version'>): string | undefined {
  if (!/^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/.test(domain)) return '--domain: a domain name in lower case';
  if (isIP(publicIp) !== 4) return '--public-ip: an IPv4 address';
  if (!/^[^\s@{}]+@[^\s@{}]+$/.test(email)) return '--email: an e-mail address';
  return undefined;
}

/**
 * Makes every secret, the oracle's keys and all configurations, so that `docker compose up` is all that remains. What is there is
 * kept: run again, nothing changes.
 */
export async function makeDeployment(options: DeploymentOptions): Promise<Deployment> {
  const { folder, domain } = options;
  const live = await privateDir(join(folder, 'live'));
  const did = `did:web:calls.${domain}`;
  const userId = `@oracle:${domain}`;
  const agentName = await makeSecrets(join(live, 'secrets'));
  const agentKeySha256 = await makeOracle(join(live, 'oracle'), { did, userId, domain });
  for (const name of DATA_FOLDERS) await privateDir(join(live, 'data', name));
  await privateDir(join(live, 'data', CERTIFICATES, `turn.${domain}`));

  const written: string[] = [];
  const kept: string[] = [];
  const write = async (path: string, text: string, mode: number): Promise<void> => {
    if ((await tryRead(join(folder, path))) !== undefined) return void kept.push(path);
    await writeFile(join(folder, path), text, { mode });
    written.push(path);
  };
  await mkdir(join(live, 'config'), { recursive: true, mode: 0o700 });
  for (const name of (await readdir(CONFIG_FOLDER)).toSorted()) {
    const text = await readFile(join(CONFIG_FOLDER, name), 'utf8');
    await write(join('live', 'config', name), fillIn(text, { ...options, agentName, agentKeySha256 }), 0o600);
  }
  const owner = ownerId();
  const environment = {
    ORACLE_CALLS_DOMAIN: domain,
    ORACLE_CALLS_VERSION: options.version,
    ORACLE_CALLS_UID: owner.uid,
    ORACLE_CALLS_GID: owner.gid,
  };
  const lines = Object.entries(environment).map(([name, value]) => `${name}=${value}\n`);
  await write('.env', lines.join(''), 0o600);
  if (owner.isGiven) await giveTo(live, owner.uid, owner.gid);
  const names = [domain, ...['matrix', 'sfu', 'calls', 'app', 'turn'].map((name) => `${name}.${domain}`)];
  return { oracleDid: did, oracleUserId: userId, names, written, kept };
}

/** Puts the own names in the place of the examples'. */
export function fillIn(
  text: string,
  own: Pick<DeploymentOptions, 'domain' | 'publicIp' | 'email'> & {
    readonly agentName: string;
    readonly agentKeySha256: string;
  },
): string {
  return text
    .replaceAll('admin@example.org', own.email)
    .replaceAll(EXAMPLE.domain, own.domain)
    .replaceAll(EXAMPLE.publicIp, own.publicIp)
    .replaceAll(EXAMPLE.agentName, own.agentName)
    .replaceAll(EXAMPLE.agentKeySha256, own.agentKeySha256);
}

/** Answers with the agent's dispatch name: everybody in a room can read it, so it is random and says nothing. */
async function makeSecrets(folder: string): Promise<string> {
  const secret = (name: string): Promise<string> => keptSecret(join(folder, name));
  const derived = async (name: string, text: string): Promise<void> => {
    if ((await tryRead(join(folder, name))) === undefined) await writePrivate(join(folder, name), text);
  };
  for (const name of ['registration', 'macaroon', 'form']) await secret(`synapse-${name}-secret`);
  await secret('matrix-password');
  await derived('synapse-signing-key', newSigningKey());
  // libpq's format: host, port, database, user, password.
  await derived('synapse-pgpass', `postgres:5432:synapse:synapse:${await secret('postgres-password')}\n`);
  await derived('livekit-keys', `oracle-calls: ${await secret('livekit-api-secret')}\n`);
  return secret('agent-name');
}

/** Makes the oracle's keys unless they are there; answers with the hash of the agent's API key. */
async function makeOracle(
  outDir: string,
  { did, userId, domain }: { readonly did: string; readonly userId: string; readonly domain: string },
): Promise<string> {
  if ((await tryRead(join(outDir, ORACLE_FILE_NAMES.oracleKeyFile))) === undefined) {
    await generateOracleFiles({ did, matrixUserId: userId, backendUrl: `https://calls.${domain}`, outDir });
  }
  return (await readFile(join(outDir, ORACLE_FILE_NAMES.agentApiKeyHashFile), 'utf8')).trim();
}

function ownerId(): { readonly uid: number; readonly gid: number; readonly isGiven: boolean } {
  const uid = process.getuid?.() ?? 0;
  if (uid !== 0) return { uid, gid: process.getgid?.() ?? uid, isGiven: false };
  return { uid: UNPRIVILEGED_ID, gid: UNPRIVILEGED_ID, isGiven: true };
}

/** All containers run as this one user, so that what they have written is theirs already. */
async function giveTo(folder: string, uid: number, gid: number): Promise<void> {
  await chown(folder, uid, gid);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    await chown(join(entry.parentPath, entry.name), uid, gid);
  }
}
