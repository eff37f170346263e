import { access, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDeployment, readCompose, type ComposeFile, type MadeDeployment } from './deployment.fixture.ts';

let deployment: MadeDeployment;
let compose: ComposeFile;
beforeAll(async () => {
  deployment = await openDeployment();
  compose = await readCompose(await deployment.read('.env'));
});
afterAll(() => deployment[Symbol.asyncDispose]());

/** Where docker compose would look, with `deploy/` as the project's folder. */
const sourceOf = (volume: string): string => volume.split(':')[0] ?? '';
const inDeployment = (source: string): string => join(deployment.folder, source);

/** Matter of order and of quotes, which says nothing; and two that this deployment means otherwise. */
const NOT_ASKED = [
  'no-quotes-in-volumes',
  'service-dependencies-alphabetical-order',
  'service-keys-order',
  'service-ports-alphabetical-order',
  'services-alphabetical-order',
  'top-level-properties-order',
  // Our own images are built here and named, so that an upgrade is seen in `docker compose ps`.
  'no-build-and-image',
  // What is published is for the public: everything else is on a network of the containers.
  'no-unbound-port-interfaces',
];

function lint(path: string): readonly { readonly messages: readonly unknown[] }[] {
  const rules = Object.fromEntries(NOT_ASKED.map((name) => [name, 0 as const]));
  return new DCLinter({ rules, quiet: false, debug: false, exclude: [] }).lintFiles([path], false);
}

test('compose.yaml is what the compose specification and its linter ask for', () => {
  const results = lint(join(import.meta.dirname, 'compose.yaml'));
  expect(results).toHaveLength(1);
  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
});

test('the linter that is asked does find what is wrong', async () => {
  const text = await readFile(join(import.meta.dirname, 'compose.yaml'), 'utf8');
  const folder = await mkdtemp(join(deployment.folder, 'wrong-'));
  await writeFile(join(folder, 'compose.yaml'), text.replace('read_only: true', 'read_onlie: true'));
  const results = lint(folder);
  await rm(folder, { recursive: true });
  expect(JSON.stringify(results)).toContain('invalid-schema');
});

test('it has the parts of the native stack, and what a machine on the Internet needs beside them', () => {
  const native = ['synapse', 'livekit', 'backend', 'agent', 'web'];
  // In the place of the native stack's resolver the proxy serves the DID document; the account is made by the stack itself there.
  const beside = ['door', 'proxy', 'postgres', 'oracle-account'];
  expect(Object.keys(compose.services).toSorted()).toEqual([...native, ...beside].toSorted());
});

test('the native stack has these parts', async () => {
  const source = await readFile(new URL('../dev/stack/part-log.ts', import.meta.url), 'utf8');
  const table = /const PART_COLOURS = \{([^}]*)\}/.exec(source)?.[1] ?? '';
  const parts = [...table.matchAll(/^\s*'?([\w-]+)'?:/gm)].map(([, name]) => name);
  // Those that are no server: the stack itself, its installer, the demo's caller.
  expect(parts.filter((name) => !['stack', 'tools', 'demo', undefined].includes(name))).toEqual(
    expect.arrayContaining(['synapse', 'livekit', 'backend', 'agent', 'web']),
  );
});

test('everything that it mounts is there after make-secrets', async () => {
  const sources = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes.map(sourceOf));
  expect(sources.length).toBeGreaterThan(10);
  for (const source of sources) await expect(access(inDeployment(source)), source).resolves.toBeUndefined();
});

describe('secrets', () => {
  test('each that a service names is declared, is there, and is its owner’s alone', async () => {
    const named = Object.values(compose.services).flatMap(({ secrets = [] }) => secrets);
    expect(new Set(named)).toEqual(new Set(Object.keys(compose.secrets)));
    for (const [name, { file }] of Object.entries(compose.secrets)) {
      const { mode, size } = await stat(inDeployment(file));
      expect(mode & 0o077, name).toBe(0);
      expect(size, name).toBeGreaterThan(16);
    }
  });

  test('the backend is not given the key that opens envelopes, nor the agent the account that fetches them', () => {
    expect(compose.services['backend']?.secrets).toEqual(['matrix-password', 'livekit-api-secret']);
    expect(compose.services['agent']?.secrets).toEqual(['agent-api-key', 'oracle-key', 'livekit-api-secret']);
    const others = Object.entries(compose.services).filter(([name]) => name !== 'agent');
    for (const [name, { secrets = [] }] of others) expect(secrets, name).not.toContain('oracle-key');
    const mounted = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes.map(sourceOf));
    expect(mounted.filter((source) => source.startsWith('./live/secrets'))).toEqual([]);
    expect(mounted.filter((source) => source.startsWith('./live/oracle'))).toEqual(['./live/oracle/did.json']);
  });

  test('none stands in the environment or in a configuration', async () => {
    const environments = Object.values(compose.services).flatMap(({ environment = {} }) => Object.entries(environment));
    for (const [name, value] of environments) {
      if (/password|secret|key|token/i.test(name)) expect(value, name).toMatch(/^\/run\/secrets\//);
    }
    const secrets = await Promise.all(
      Object.values(compose.secrets).map(async ({ file }) => (await deployment.read(file)).trim()),
    );
    for (const path of [...deployment.made.written]) {
      const text = await deployment.read(path);
      for (const secret of secrets) expect(text.includes(secret), path).toBe(false);
    }
  });
});

describe('each service', () => {
  const names = ['door', 'proxy', 'postgres', 'synapse', 'oracle-account', 'livekit', 'backend', 'agent', 'web'];

  test.each(names)('%s runs without rights that it does not need', (name) => {
    const service = compose.services[name];
    expect(service?.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
    expect(service?.read_only).toBe(true);
    expect(service?.cap_drop).toEqual(['ALL']);
    expect(service?.cap_add ?? []).toEqual(name === 'proxy' ? ['NET_BIND_SERVICE'] : []);
    expect(service?.security_opt).toEqual(['no-new-privileges:true']);
    expect(service?.privileged ?? false).toBe(false);
    expect(service?.network_mode).toBeUndefined();
    expect(service?.networks).toBeDefined();
  });

  test.each(names)('%s has a pinned image', (name) => {
    const service = compose.services[name];
    expect(service?.image).toMatch(/:v?\d+\.\d+\.\d+(-[a-z]+)?$|^postgres:\d+\.\d+-\w+$/);
    if (service?.build === undefined) return;
    expect(service.build).toEqual({ context: '..', dockerfile: 'deploy/Dockerfile', target: name });
    expect(service.image).toBe(`oracle-calls-${name}:1.2.3`);
  });

  test.each(names.filter((name) => name !== 'oracle-account'))('%s says whether it is well', (name) => {
    expect(compose.services[name]?.healthcheck?.test.length).toBeGreaterThan(1);
  });
});

test('only the door, the proxy and media are published', () => {
  const published = Object.entries(compose.services).flatMap(([name, { ports = [] }]) =>
    ports.map((port) => `${name} ${port}`),
  );
  expect(published.map((line) => line.split(' ')[0])).toEqual([
    'door',
    'proxy',
    ...Array.from({ length: 4 }, () => 'livekit'),
  ]);
  expect(compose.networks['database']).toEqual({ internal: true });
});

test('LiveKit’s ports are the published ones', async () => {
  const { rtc, turn } = parse(await deployment.read('live/config/livekit.yaml')) as {
    readonly rtc: { readonly udp_port: string; readonly tcp_port: number };
    readonly turn: Record<'udp_port' | 'tls_port' | 'relay_range_start' | 'relay_range_end', number>;
  };
  const relay = `${turn.relay_range_start}-${turn.relay_range_end}`;
  expect(compose.services['livekit']?.ports).toEqual([
    `${rtc.tcp_port}:${rtc.tcp_port}/tcp`,
    `${rtc.udp_port}:${rtc.udp_port}/udp`,
    `${turn.udp_port}:${turn.udp_port}/udp`,
    `${relay}:${relay}/udp`,
  ]);
  expect(await deployment.read('live/config/door.conf')).toContain(`set $turn livekit:${turn.tls_port};`);
});

test('who is believed about client addresses is who stands in front', async () => {
  const addressOf = (name: string): string | undefined => {
    const { networks = {} } = compose.services[name] ?? {};
    return Array.isArray(networks)
      ? undefined
      : (networks as Record<string, { ipv4_address?: string }>)['front']?.ipv4_address;
  };
  const backend = JSON.parse(await deployment.read('live/config/backend.json')) as { trustedProxies: string[] };
  expect(backend.trustedProxies).toEqual([addressOf('proxy')]);
  expect(await deployment.read('live/config/Caddyfile')).toContain(`allow ${addressOf('door')}/32`);
  // Docker hands out the first free address: one that is believed must not be among those.
  const text = await readFile(join(import.meta.dirname, 'compose.yaml'), 'utf8');
  const { networks } = parse(text) as { networks: { front: { ipam: { config: { ip_range?: string }[] } } } };
  const range = networks.front.ipam.config[0]?.ip_range ?? '0.0.0.0/0';
  const [base = '', bits] = range.split('/');
  const handedOut = new BlockList();
  handedOut.addSubnet(base, Number(bits));
  for (const name of ['proxy', 'door']) expect(handedOut.check(addressOf(name) ?? ''), name).toBe(false);
});

test('no proxy writes a join token into its error log', async () => {
  // Caddy logs the request of an upstream that does not answer, whether or not there is an access log.
  expect(await deployment.read('live/config/Caddyfile')).toMatch(/log \{\n\s+format filter \{[^}]*request>uri delete/);
  const nginx = await readFile(join(import.meta.dirname, 'nginx', 'oracle-calls.conf'), 'utf8');
  const sfu = nginx.slice(nginx.indexOf('server_name sfu.'));
  expect(sfu).toMatch(/^\s+error_log \S+ emerg;/m);
});
