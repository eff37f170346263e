import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import { agentConfigSchema } from '../apps/oracle/src/agent-config.ts';
import { backendConfigSchema } from '../apps/oracle/src/backend-config.ts';
import { webServerConfigSchema } from '../apps/web/src/server/server-config.ts';
import { findOnPath } from '../dev/toolchain/find-on-path.ts';
import { readCompose } from './deployment.fixture.ts';

const FOLDER = join(import.meta.dirname, 'systemd');
const UNITS = (await readdir(FOLDER)).filter((name) => name.endsWith('.service'));
const analyze = await findOnPath(['systemd-analyze']);
const run = promisify(execFile);

const unitText = (name: string): Promise<string> => readFile(join(FOLDER, name), 'utf8');
const valuesOf = (text: string, key: string): string[] =>
  [...text.matchAll(new RegExp(String.raw`^${key}=(.*)$`, 'gm'))].map(([, value]) => value ?? '');

test('there is a unit for each of our programs', () => {
  expect(UNITS).toEqual(['oracle-calls-agent.service', 'oracle-calls-backend.service', 'oracle-calls-web.service']);
});

describe.each(UNITS)('%s', (name) => {
  test('starts a program that is there, with a configuration of its own', async () => {
    const [command = ''] = valuesOf(await unitText(name), 'ExecStart');
    const [, entry = '', configName = ''] = /node (\S+) --config \/etc\/oracle-calls\/(\S+)$/.exec(command) ?? [];
    await expect(readFile(new URL(`../${entry}`, import.meta.url), 'utf8')).resolves.toContain('process.exit(');
    expect(await readdir(FOLDER)).toContain(configName);
  });

  test('has no more rights than it needs', async () => {
    const text = await unitText(name);
    for (const line of [
      'DynamicUser=yes',
      'NoNewPrivileges=yes',
      'CapabilityBoundingSet=',
      'ProtectSystem=strict',
      'ProtectHome=yes',
      'PrivateTmp=yes',
      'PrivateDevices=yes',
      'RestrictNamespaces=yes',
      'SystemCallFilter=@system-service',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  test.skipIf(analyze === undefined)(
    'is understood by systemd (skipped where there is no systemd-analyze)',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'oracle-calls-units-'));
      try {
        // systemd asks whether the program can be run: this very Node can, the place of an installation is not here.
        const text = (await unitText(name)).replaceAll(
          '/opt/oracle-calls/node_modules/node/bin/node',
          process.execPath,
        );
        await writeFile(join(folder, name), text);
        const { stdout, stderr } = await run(analyze ?? '', ['verify', '--man=no', join(folder, name)]);
        expect(`${stdout}${stderr}`.trim()).toBe('');
        await writeFile(join(folder, name), text.replace('DynamicUser=', 'DynamicUsers='));
        const wrong = await run(analyze ?? '', ['verify', '--man=no', join(folder, name)]);
        expect(`${wrong.stdout}${wrong.stderr}`).toContain('DynamicUsers');
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

test('the configurations beside them are what the programs take', async () => {
  const config = async (name: string): Promise<unknown> => JSON.parse(await unitText(name));
  v.parse(backendConfigSchema, await config('backend.json'));
  v.parse(agentConfigSchema, await config('agent.json'));
  v.parse(webServerConfigSchema, await config('web.json'));
  const named = v.looseObject({ agentName: v.string() });
  expect(v.parse(named, await config('backend.json')).agentName).toBe(
    v.parse(named, await config('agent.json')).agentName,
  );
});

test.each([
  ['backend', ['matrix-password', 'livekit-api-secret']],
  ['agent', ['agent-api-key', 'oracle-key', 'livekit-api-secret']],
])('the %s is given the credentials that its configuration names, and no others', async (part, wanted) => {
  const unit = `oracle-calls-${part}.service`;
  const loaded = valuesOf(await unitText(unit), 'LoadCredential').map((value) => value.split(':')[0]);
  expect(loaded).toEqual(wanted);
  const named = [...(await unitText(`${part}.json`)).matchAll(/\/run\/credentials\/([^/]+)\/([\w-]+)/g)];
  expect(named.map(([, of]) => of)).toEqual(wanted.map(() => unit));
  expect(new Set(named.map(([, , name]) => name))).toEqual(new Set(wanted));
});

/** What ending calls, answers and the rest may take once the drain is over (`docs/operating.md`). */
const ENDING_SECONDS = 15;

test.each(['backend', 'agent'])(
  'the %s is given as long to stop as its container, and longer than it drains',
  async (part) => {
    const { services } = await readCompose();
    const [seconds = ''] = valuesOf(await unitText(`oracle-calls-${part}.service`), 'TimeoutStopSec');
    expect(seconds).toBe(services[part]?.stop_grace_period);
    const schema = part === 'backend' ? backendConfigSchema : agentConfigSchema;
    const filled = v.parse(schema, JSON.parse(await unitText(`${part}.json`)));
    const drain = v.parse(v.looseObject({ drainSeconds: v.optional(v.number(), 0) }), filled);
    expect(Number.parseInt(seconds, 10)).toBeGreaterThanOrEqual(drain.drainSeconds + ENDING_SECONDS);
  },
);
