import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'oracle-calls-check-only-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const name of ['password', 'secret', 'api-key']) writeFileSync(join(folder, name), 'CANARY', { mode: 0o600 });
mkdirSync(join(folder, 'weights'));

// Nobody is at these addresses: whoever only looks does not ask.
const sfu = { url: 'ws://127.0.0.1:9', apiKey: 'key', apiSecretFile: join(folder, 'secret') };
const configs = {
  backend: {
    listen: { host: '127.0.0.1', port: 0 },
    oracleDid: 'did:ixo:oracle456',
    matrix: {
      homeserverUrl: 'http://127.0.0.1:9',
      userId: '@oracle:localhost',
      passwordFile: join(folder, 'password'),
      storeDir: join(folder, 'matrix'),
      allowedServers: {},
    },
    sfu: { ...sfu, apiUrl: 'http://127.0.0.1:9' },
    databaseFile: join(folder, 'calls.db'),
    agentName: 'oracle',
    corsOrigins: [],
  },
  agent: {
    oracleDid: 'did:ixo:oracle456',
    backendUrl: 'http://127.0.0.1:9',
    apiKeyFile: join(folder, 'api-key'),
    trustStoreFile: join(folder, 'trust', 'trust.db'),
    sfu,
    agentName: 'oracle',
    weightsDir: join(folder, 'weights'),
  },
} as const;

/** Starts the real program to look at a configuration; its exit code and its log. */
function run(
  kind: 'backend' | 'agent',
  config: object,
  ...flags: readonly string[]
): Promise<{ code: number; log: string }> {
  const file = join(folder, `${kind}.json`);
  writeFileSync(file, JSON.stringify(config));
  const main = fileURLToPath(new URL(`${kind}-main.ts`, import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, [main, '--config', file, ...flags], { timeout: 60_000 }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), log: stdout });
    });
  });
}

test.each(['backend', 'agent'] as const)(
  'the %s looks at its configuration without starting, and says what is wrong when it starts',
  async (kind) => {
    const good = await run(kind, configs[kind], '--check');
    expect(good).toMatchObject({ code: 0, log: expect.stringContaining('configuration is good') as string });
    const wrong = { ...configs[kind], agentName: 5, agentname: 'CANARY' };
    for (const flags of [['--check'], []]) {
      const { code, log } = await run(kind, wrong, ...flags);
      expect(code).toBe(1);
      expect(log).toContain('ERR_CONFIG_INVALID');
      expect(log).toContain('agentName: a text expected, found 5');
      expect(log).toContain('agentname: unknown field');
      expect(log).not.toContain('CANARY');
    }
    expect((await run(kind, configs[kind], '--chekc')).log).toContain('Give --config FILE');
  },
  120_000,
);
