import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OracleSettings } from '@oracle-calls/agent/oracle';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Outcome } from '../check.ts';
import { agentOf, answering, depsWith, runCheck, startServer } from '../test-installation.fixture.ts';
import { oracleChecks } from './oracle.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const check = (id: string, oracle: OracleSettings | undefined): Promise<Outcome> =>
  runCheck(oracleChecks(depsWith({ agentConfig: agentOf({ oracle }) })), id);
const models = (...names: string[]) =>
  answering({ '/v1/models': [200, { data: names.map((id) => ({ id })) }], '/closed/models': [401, {}] });

describe('the oracle', () => {
  test('is told what it is made of, and that the bare model is none to rely on', async () => {
    await writeFile(join(folder, 'house.md'), '# House\n\n## Cats\n\nCats cannot stay.');
    expect(await check('oracle.definition', { documentsDir: folder })).toEqual({
      status: 'ok',
      detail: 'brain local, 0 tools, 1 passages of documents',
    });
    expect(await check('oracle.definition', undefined)).toMatchObject({ status: 'warning' });
    expect(await check('oracle.definition', { documentsDir: join(folder, 'none') })).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('cannot be read') as string,
    });
    expect(await check('oracle.definition', { definitionFile: join(folder, 'none.ts') })).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('cannot be imported') as string,
    });
    expect(await check('oracle.brain', { definitionFile: join(folder, 'none.ts') })).toMatchObject({
      status: 'skipped',
    });
  });

  test('has a model that is there, under its name and with its key', async () => {
    await using server = await startServer(models('llama3.2', 'other'));
    const brain = (more: object): OracleSettings => ({
      brain: { kind: 'chat', baseUrl: `${server.url}/v1`, model: 'llama3.2', ...more },
    });
    expect(await check('oracle.brain', brain({}))).toMatchObject({ status: 'ok' });
    expect(await check('oracle.brain', brain({ model: 'lama3.2' }))).toMatchObject({
      status: 'failed',
      detail: `${server.url}/v1 does not have lama3.2, but llama3.2, other`,
    });
    expect(await check('oracle.brain', brain({ apiKeyFile: join(folder, 'none') }))).toMatchObject({
      status: 'failed',
      mend: expect.stringContaining('mode 0600') as string,
    });
    expect(await check('oracle.brain', brain({ baseUrl: `${server.url}/closed` }))).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('refuses the key') as string,
    });
    expect(await check('oracle.brain', brain({ baseUrl: server.url }))).toMatchObject({ status: 'warning' });
    expect(await check('oracle.brain', brain({ baseUrl: 'http://127.0.0.1:9' }))).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('cannot be reached') as string,
    });
  });

  test('has a webhook that refuses what nobody signed', async () => {
    const secretFile = join(folder, 'secret');
    await writeFile(secretFile, `whsec_${Buffer.alloc(32).toString('base64')}\n`, { mode: 0o600 });
    await using server = await startServer(
      answering({ '/open': [200, {}], '/signed': [401, {}], '/broken': [500, {}] }),
    );
    const statusOf = async (path: string): Promise<string> =>
      (await check('oracle.brain', { brain: { kind: 'webhook', url: `${server.url}${path}`, secretFile } })).status;
    expect([await statusOf('/signed'), await statusOf('/open'), await statusOf('/broken')]).toEqual([
      'ok',
      'warning',
      'failed',
    ]);
  });

  test('has the voices that it chose', async () => {
    await using server = await startServer(models('whisper'));
    const endpoint = { kind: 'endpoint', baseUrl: `${server.url}/v1`, model: 'whisper' } as const;
    expect(await check('oracle.recognition', { recognition: endpoint })).toMatchObject({ status: 'ok' });
    expect(await check('oracle.speech', { speech: { ...endpoint, model: 'kokoro' } })).toMatchObject({
      status: 'failed',
    });
    expect(await check('oracle.speech', {})).toEqual({ status: 'ok', detail: 'on this machine' });
  });
});
