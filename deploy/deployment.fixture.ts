import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { makeDeployment, type Deployment } from './deployment.ts';

export const OPTIONS = { domain: 'calls.test', publicIp: '198.51.100.7', email: 'me@calls.test', version: '1.2.3' };

export interface MadeDeployment extends AsyncDisposable {
  readonly folder: string;
  readonly made: Deployment;
  read(path: string): Promise<string>;
}

/** What `make-secrets` makes, in a folder of its own. */
export async function openDeployment(): Promise<MadeDeployment> {
  const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-deploy-'));
  const made = await makeDeployment({ ...OPTIONS, folder });
  return {
    folder,
    made,
    read: (path) => readFile(join(folder, path), 'utf8'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly dockerfile: string; readonly target: string };
  readonly user?: string;
  readonly read_only?: boolean;
  readonly privileged?: boolean;
  readonly network_mode?: string;
  readonly cap_drop?: readonly string[];
  readonly cap_add?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly networks?: readonly string[] | Readonly<Record<string, { readonly ipv4_address?: string }>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly stop_grace_period?: string;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}

export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly networks: Readonly<Record<string, unknown>>;
}

/** `compose.yaml` as it stands, and with the variables of a deployment's `.env` in their places, as docker compose reads it. */
export async function readCompose(environmentText?: string): Promise<ComposeFile> {
  const text = await readFile(new URL('compose.yaml', import.meta.url), 'utf8');
  const environment = new Map(
    (environmentText ?? '').split('\n').flatMap((line) => {
      const [, name, value] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value] as const];
    }),
  );
  const filled = text.replaceAll(
    /\$\{([A-Z_]+)(?::\?[^}]*)?\}/g,
    (whole, name: string) => environment.get(name) ?? whole,
  );
  // The shape is checked against the compose specification by a test of its own.
  return parse(filled, { merge: true }) as ComposeFile;
}
