import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteStore } from '@oracle-calls/backend/operator';
import { systemClock } from '@oracle-calls/protocol';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { generateOracleFiles, type OracleFiles } from '../../keygen/index.ts';
import type { Outcome } from '../check.ts';
import type { Installation } from '../installation.ts';
import { udpServerOf } from '../network/stun.ts';
import {
  agentOf,
  answering,
  backendOf,
  depsWith,
  oracleOf,
  runCheck,
  startServer,
} from '../test-installation.fixture.ts';
import { configurationChecks } from './configuration.ts';
import { keyChecks } from './keys.ts';
import { judgeLockStep, judgeNode, judgeSpace, machineChecks } from './machine.ts';
import { judgeStunServers, judgeTurn } from './media.ts';
import { isOlder } from './version-order.ts';

const DID = 'did:ixo:oracle456';
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-doctor-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the keys', () => {
  const make = (name: string, more: { did?: string; keySet?: 'single' } = {}): Promise<OracleFiles> =>
    generateOracleFiles({
      did: DID,
      matrixUserId: '@oracle:example.org',
      backendUrl: 'http://127.0.0.1:8080',
      outDir: join(folder, name),
      ...more,
    });

  interface Scene {
    readonly keyFile: string;
    readonly document: unknown;
    readonly userId?: string;
    readonly backendUrl?: string;
  }

  async function check(id: string, { keyFile, document, userId, backendUrl }: Scene): Promise<Outcome> {
    await using resolver = await startServer(
      answering(
        document === undefined
          ? {}
          : {
              [`/1.0/identifiers/${DID}`]: [
                200,
                { didDocument: document, didResolutionMetadata: {}, didDocumentMetadata: {} },
              ],
            },
      ),
    );
    const known: Partial<Installation> = {
      oracleDid: DID,
      didResolverUrl: resolver.url,
      agentConfig: agentOf({
        oracleDid: DID,
        oracleKeyFile: keyFile,
        backendUrl: backendUrl ?? 'http://127.0.0.1:8080',
      }),
      oracle: oracleOf({ matrix: { userId: userId ?? '@oracle:example.org' } }),
    };
    const outcome = await runCheck(keyChecks(depsWith(known)), `keys.${id}`);
    const secret = await readFile(keyFile, 'utf8').catch(() => '{}');
    for (const value of Object.values(JSON.parse(secret) as object)) {
      if (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value))
        expect(JSON.stringify(outcome)).not.toContain(value);
    }
    return outcome;
  }

  const documentOf = async ({ didDocumentFile }: OracleFiles): Promise<unknown> =>
    JSON.parse(await readFile(didDocumentFile, 'utf8')) as unknown;

  test.each(['file', 'document', 'match', 'services'])('are healthy: %s', async (id) => {
    const files = await make('keys');
    const scene = { keyFile: files.oracleKeyFile, document: await documentOf(files) };
    expect(await check(id, scene)).toMatchObject({ status: 'ok' });
  });

  test.each([
    ['ab'.repeat(32), 'ok'],
    // The agent refuses it, though its beginning is a key.
    [`${'ab'.repeat(32)}zz`, 'failed'],
    ['', 'failed'],
  ])('in the environment are read as the agent reads them: %#', async (hex, status) => {
    vi.stubEnv('ORACLE_PRIVATE_KEY_HEX', hex);
    try {
      const known = { oracleDid: DID, agentConfig: agentOf({ oracleDid: DID }) };
      expect(await runCheck(keyChecks(depsWith(known)), 'keys.file')).toMatchObject({ status });
    } finally {
      vi.unstubAllEnvs();
    }
  });

  test('of another document do not match it', async () => {
    const [own, published] = [await make('own'), await make('published')];
    const scene = { keyFile: own.oracleKeyFile, document: await documentOf(published) };
    const mend = expect.stringContaining('Publish the did.json that was made with this key file') as string;
    expect(await check('match', scene)).toMatchObject({ status: 'failed', mend });
  });

  test('of another oracle, and a file that is none, are told', async () => {
    const other = await make('other', { did: 'did:ixo:other' });
    const document = await documentOf(await make('own'));
    expect(await check('file', { keyFile: other.oracleKeyFile, document })).toMatchObject({
      status: 'failed',
      mend: expect.stringContaining('oracleKeyFile') as string,
    });
    await writeFile(join(folder, 'broken'), '{"privateKeyHex":1}');
    for (const keyFile of [join(folder, 'broken'), join(folder, 'none')]) {
      expect(await check('file', { keyFile, document })).toMatchObject({
        status: 'failed',
        mend: expect.stringContaining('restore it') as string,
      });
    }
  });

  test('with one key for all are a warning', async () => {
    const files = await make('single', { keySet: 'single' });
    const scene = { keyFile: files.oracleKeyFile, document: await documentOf(files) };
    expect(await check('document', scene)).toMatchObject({ status: 'warning' });
  });

  test.each([
    ['nothing', undefined, 'Publish did.json'],
    ['a document without keys', { id: DID, verificationMethod: [] }, 'Publish the did.json'],
  ])(
    'cannot be compared when the resolver serves %s',
    async (_what, document, mend) => {
      const { oracleKeyFile: keyFile } = await make('keys');
      expect(await check('document', { keyFile, document })).toMatchObject({
        status: 'failed',
        mend: expect.stringContaining(mend) as string,
      });
      expect(await check('match', { keyFile, document })).toMatchObject({ status: 'skipped' });
    },
    30_000,
  );

  test('lead to the account and the backend of the configurations', async () => {
    const files = await make('keys');
    const scene = { keyFile: files.oracleKeyFile, document: await documentOf(files) };
    expect(await check('services', { ...scene, userId: '@other:example.org' })).toMatchObject({
      status: 'failed',
      mend: expect.stringContaining('matrix.userId') as string,
    });
    expect(await check('services', { ...scene, backendUrl: 'http://127.0.0.1:9999' })).toMatchObject({
      status: 'warning',
    });
  });
});

describe('the database', () => {
  const judge = (databaseFile: string): Promise<Outcome> =>
    runCheck(machineChecks(depsWith({ backendConfig: backendOf({ databaseFile }) })), 'machine.database');
  const fresh = async (): Promise<string> => {
    const file = join(folder, 'calls.db');
    await (await openSqliteStore(file)).close();
    return file;
  };
  const change = (file: string, statement: string): void => {
    const database = new DatabaseSync(file);
    database.exec(statement);
    database.close();
  };

  test('is good when it has every migration, or is not there yet', async () => {
    expect(await judge(await fresh())).toMatchObject({ status: 'ok' });
    expect(await judge(join(folder, 'none.db'))).toMatchObject({ status: 'ok' });
  });

  test('that lacks a migration is a warning, and is left as it is', async () => {
    const file = await fresh();
    change(file, 'delete from kysely_migration where name = (select max(name) from kysely_migration)');
    await copyFile(file, `${file}.before`);
    expect(await judge(file)).toMatchObject({ status: 'warning', mend: expect.stringContaining('backup') as string });
    expect(await readFile(file)).toEqual(await readFile(`${file}.before`));
  });

  test('of a newer version fails', async () => {
    const file = await fresh();
    change(file, "insert into kysely_migration values ('9999-future', '2030')");
    expect(await judge(file)).toMatchObject({ status: 'failed', mend: expect.stringContaining('Update') as string });
  });

  test('in Postgres is told by its file, without the address that stands in it', async () => {
    const file = join(folder, 'database.url');
    const judgeUrl = (): Promise<Outcome> =>
      runCheck(machineChecks(depsWith({ backendConfig: backendOf({ databaseUrlFile: file }) })), 'machine.database');
    // Nobody listens at that port (RFC 863).
    for (const text of ['postgres://oracle:CANARY@127.0.0.1:9/calls', 'mysql://oracle:CANARY@127.0.0.1:9/calls']) {
      await writeFile(file, text);
      const outcome = await judgeUrl();
      expect(outcome).toMatchObject({
        status: 'failed',
        detail: expect.stringContaining(file) as string,
        mend: expect.stringMatching(/databaseUrlFile|postgres:/) as string,
      });
      expect(JSON.stringify(outcome)).not.toContain('CANARY');
    }
  });

  test('that is some other file fails', async () => {
    await writeFile(join(folder, 'calls.db'), 'not a database');
    expect(await judge(join(folder, 'calls.db'))).toMatchObject({
      status: 'failed',
      mend: expect.stringContaining('databaseFile') as string,
    });
  });
});

describe('the machine', () => {
  test('has the right Node, packages of one release, and room', async () => {
    expect(judgeNode('24.0.0')).toMatchObject({ status: 'ok' });
    expect(judgeNode('22.9.0')).toMatchObject({ status: 'failed', mend: expect.stringContaining('Node 24') as string });
    expect(judgeLockStep('1.0.0', [{ name: 'agent', version: '1.0.0' }])).toMatchObject({ status: 'ok' });
    expect(judgeLockStep('1.0.0', [{ name: 'agent', version: '0.9.0' }])).toMatchObject({
      status: 'failed',
      detail: 'The command line is 1.0.0, but agent 0.9.0',
    });
    expect(judgeSpace(5e9, 'x')).toMatchObject({ status: 'ok' });
    expect(judgeSpace(5e8, 'x')).toMatchObject({ status: 'warning' });
    expect(judgeSpace(5e6, 'x')).toMatchObject({
      status: 'failed',
      mend: expect.stringContaining('Make room') as string,
    });
    const checks = machineChecks(
      depsWith({
        backendConfig: backendOf({ databaseFile: join(folder, 'x'), oracles: [{ matrix: { storeDir: folder } }] }),
      }),
    );
    for (const id of ['node', 'packages', 'disk'])
      expect(await runCheck(checks, `machine.${id}`)).toMatchObject({
        status: expect.stringMatching(/ok|warning/) as string,
      });
  });

  test('lacks models when the folder is empty', async () => {
    const outcome = await runCheck(
      machineChecks(depsWith({ agentConfig: agentOf({ weightsDir: folder }) })),
      'machine.models',
    );
    expect(outcome).toMatchObject({ status: 'failed', mend: expect.stringContaining('weightsDir') as string });
  });

  test.each([
    ['1.9.0', '1.10', true],
    ['v1.11', 'v1.11', false],
    ['1.163.2', '1.163', false],
    ['1.162.9', '1.163', true],
  ])('%s is older than %s: %s', (version, than, isIt) => {
    expect(isOlder(version, than)).toBe(isIt);
  });
});

describe('configurations', () => {
  const sfu = { url: 'wss://sfu.example.org', apiKey: 'key' };
  const both = { olderProtocol: 'refuse', sfu };
  const oracle = oracleOf({ did: DID, agentName: 'a' });
  const agree = (agent: object): Promise<Outcome> =>
    runCheck(
      configurationChecks(
        depsWith({
          backendConfig: backendOf(both),
          oracle,
          agentConfig: agentOf({ oracleDid: DID, agentName: 'a', ...both, ...agent }),
        }),
      ),
      'configuration.agreement',
    );

  test('must agree in what both name', async () => {
    expect(await agree({})).toMatchObject({ status: 'ok' });
    expect(await agree({ agentName: 'b' })).toMatchObject({
      status: 'failed',
      detail: 'The two files differ in agentName',
    });
    expect(await agree({ oracleDid: 'did:ixo:other' })).toMatchObject({ detail: 'The two files differ in oracleDid' });
    expect(await agree({ sfu: { ...sfu, url: 'ws://10.0.0.1:7880' } })).toMatchObject({ status: 'warning' });
  });

  test('show every problem', async () => {
    const problems = [{ path: 'sfu.url', text: 'missing' }];
    const checks = configurationChecks(
      depsWith({ backendConfig: { file: 'backend.json', problems, config: undefined } }),
    );
    expect(await runCheck(checks, 'configuration.backend')).toMatchObject({
      status: 'failed',
      detail: 'backend.json cannot be used\n- sfu.url: missing',
    });
    expect(await runCheck(checks, 'configuration.agent')).toMatchObject({ status: 'skipped' });
  });
});

describe('TURN and STUN', () => {
  const PUBLIC = 'wss://sfu.example.org';
  const facts = (...iceUrls: string[]): { version: string; iceUrls: string[] } => ({ version: '1.13.5', iceUrls });

  test.each([
    [PUBLIC, ['turns:turn.example.org:443?transport=tcp'], 'ok'],
    [PUBLIC, ['turn:turn.example.org:3478'], 'warning'],
    [PUBLIC, ['stun:stun.example.org'], 'warning'],
    ['ws://127.0.0.1:7880', [], 'skipped'],
  ])('at %s with %j: %s', (url, iceUrls, status) => {
    const outcome = judgeTurn(facts(...iceUrls), url);
    expect(outcome).toMatchObject({ status });
    if ('mend' in outcome) expect(outcome.mend).toContain('turn.enabled');
  });

  test.each([
    ['stun:stun.example.org', { host: 'stun.example.org', port: 3478 }],
    ['turn:192.0.2.1:3479?transport=udp', { host: '192.0.2.1', port: 3479 }],
    ['stun:[2001:db8::1]:19302', { host: '2001:db8::1', port: 19_302 }],
    ['turn:turn.example.org?transport=tcp', undefined],
    ['turns:turn.example.org', undefined],
    ['https://example.org', undefined],
  ])('the UDP server of %s', (url, server) => {
    expect(udpServerOf(url)).toEqual(server);
  });

  test('a server that answers binding requests is told from one that does not', async () => {
    const answers = createSocket('udp4');
    answers.on('message', (request, { port, address }) => {
      const success = Buffer.from(request);
      success.writeUInt16BE(0x01_01, 0);
      answers.send(success, port, address);
    });
    const mute = createSocket('udp4');
    for (const socket of [answers, mute]) {
      socket.bind(0, '127.0.0.1');
      await once(socket, 'listening');
    }
    const serverOf = (socket: typeof answers): { host: string; port: number } => ({
      host: '127.0.0.1',
      port: socket.address().port,
    });
    const judge = (...sockets: (typeof answers)[]): Promise<Outcome> =>
      judgeStunServers(sockets.map(serverOf), systemClock, new AbortController().signal);
    try {
      expect(await judge(answers)).toMatchObject({ status: 'ok' });
      expect(await judge(answers, mute)).toMatchObject({ status: 'warning' });
      expect(await judge(mute)).toMatchObject({
        status: 'failed',
        mend: expect.stringContaining('Open UDP') as string,
      });
      expect(await judge()).toMatchObject({ status: 'skipped' });
    } finally {
      answers.close();
      mute.close();
    }
  });
});
