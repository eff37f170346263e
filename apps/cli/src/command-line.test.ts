import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { readOracleKeys, resolveOracle } from '@oracle-calls/protocol/did';
import { createCallKey } from '@oracle-calls/protocol';
import { openEnvelope, parseOracleKeyFile, sealEnvelope } from '@oracle-calls/protocol/envelope';
import { ownOracleKeys } from '@oracle-calls/protocol/signed-envelope';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { generateOracleFiles, ORACLE_FILE_NAMES } from './keygen/index.ts';
import { run, type Run } from './run.fixture.ts';

let folder = '';
let out = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-cli-'));
  out = join(folder, 'keys');
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const DID = 'did:ixo:oracle456';
const REQUIRED = ['--did', DID, '--matrix', '@oracle:example.org', '--backend-url', 'https://calls.example.org'];
const keygen = (...more: readonly string[]): Promise<Run> => run('keygen', ...REQUIRED, '--out', out, ...more);
const read = (name: string): Promise<string> => readFile(join(out, name), 'utf8');
const modeOf = async (path: string): Promise<number> => (await stat(path)).mode & 0o777;
const FILES = Object.values(ORACLE_FILE_NAMES).toSorted();

test('keygen writes four files, the secrets for the owner only', async () => {
  const { code, stderr } = await keygen();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect((await readdir(out)).toSorted()).toEqual(FILES);
  expect(await modeOf(join(out, 'oracle.key.json'))).toBe(0o600);
  expect(await modeOf(join(out, 'agent-api-key'))).toBe(0o600);
  expect(await modeOf(join(out, 'did.json'))).toBe(0o644 & ~process.umask());
  expect(await modeOf(out)).toBe(0o700);
});

test('what is sealed to the DID document opens with the key file', async () => {
  await keygen();
  const document = JSON.parse(await read('did.json')) as { id: string };
  const oracle = await resolveOracle(DID, {
    resolve: () => Promise.resolve({ didDocument: document, didDocumentMetadata: {}, didResolutionMetadata: {} }),
  });
  expect(oracle).toMatchObject({ matrixUserId: '@oracle:example.org', backendUrl: 'https://calls.example.org' });
  const key = parseOracleKeyFile(await read('oracle.key.json'));
  expect(key.did).toBe(DID);
  const callKey = createCallKey();
  const envelopeHex = sealEnvelope({ callKey, recipientPublicKey: oracle.envelopePublicKey });
  expect(openEnvelope({ envelopeHex, privateKey: key.privateKey }).expose()).toEqual(callKey.expose());
});

test.each([
  ['independent keys', [], 'hpke-x25519', 'Ed25519', true],
  ['the one key of ixo documents', ['--single-key'], 'ecies-secp256k1', 'ES256K', false],
] as const)('keygen makes %s, and document and file agree', async (_what, flags, suite, algorithm, areIndependent) => {
  await keygen(...flags);
  const offered = readOracleKeys(JSON.parse(await read('did.json')) as Parameters<typeof readOracleKeys>[0]);
  expect(offered).toMatchObject({ envelopeKey: { suite }, identityKey: { algorithm }, areIndependent });
  const own = ownOracleKeys(parseOracleKeyFile(await read('oracle.key.json')), offered);
  expect(own.identitySigner.algorithm).toBe(algorithm);
});

test('the stored hash is that of the API key', async () => {
  await keygen();
  const apiKey = (await read('agent-api-key')).trim();
  expect(apiKey).toMatch(/^oca_[A-Za-z0-9_-]{43}$/);
  expect((await read('agent-api-key.sha256')).trim()).toBe(createHash('sha256').update(apiKey).digest('hex'));
});

test('no secret is printed, neither as text nor as JSON', async () => {
  const text = await keygen();
  const json = await keygen('--json', '--force');
  for (const { stdout, stderr } of [text, json, await keygen()]) {
    const key = parseOracleKeyFile(await read('oracle.key.json'));
    const { privateKey, envelopePrivateKey, identityPrivateKey } = key;
    const keys = [privateKey, envelopePrivateKey, identityPrivateKey].map((one) => one?.expose() ?? new Uint8Array());
    const secrets = [...keys.map((one) => Buffer.from(one).toString('hex')), (await read('agent-api-key')).trim()];
    expect(secrets.every((secret) => secret !== '')).toBe(true);
    for (const secret of secrets) expect(stdout + stderr).not.toContain(secret);
  }
});

test('--json prints one object with the paths and the hash', async () => {
  const { stdout } = await keygen('--json');
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expect(JSON.parse(stdout)).toEqual({
    did: DID,
    oracleKeyFile: join(out, 'oracle.key.json'),
    didDocumentFile: join(out, 'did.json'),
    agentApiKeyFile: join(out, 'agent-api-key'),
    agentApiKeyHashFile: join(out, 'agent-api-key.sha256'),
    agentApiKeySha256: (await read('agent-api-key.sha256')).trim(),
  });
});

test.each(['did:web:%FF', 'did:web:192.0.2.1', 'did:web:oracle.example.org:..'])(
  '%j, which is no address, writes nothing',
  async (did) => {
    const { code, stdout, stderr } = await keygen('--did', did);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('ERR_DID_MALFORMED');
    expect(await readdir(folder)).toEqual([]);
  },
);

test.each(FILES)('an existing %s stops everything before anything is written', async (name) => {
  await mkdir(out);
  await writeFile(join(out, name), 'precious');
  const { code, stdout, stderr } = await keygen();
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain(name);
  expect(stderr).toContain('ERR_CLI_FILE_EXISTS');
  expect(await readdir(out)).toEqual([name]);
  expect(await read(name)).toBe('precious');
});

test('a dangling link counts as a file that is there', async () => {
  await mkdir(out);
  await symlink(join(folder, 'elsewhere'), join(out, 'oracle.key.json'));
  expect((await keygen()).code).toBe(1);
  expect(await readdir(folder)).toEqual(['keys']);
});

test('--force replaces all files, also their permissions', async () => {
  await keygen();
  const before = await read('oracle.key.json');
  await chmod(join(out, 'oracle.key.json'), 0o644);
  expect((await keygen('--force')).code).toBe(0);
  expect(await read('oracle.key.json')).not.toBe(before);
  expect(await modeOf(join(out, 'oracle.key.json'))).toBe(0o600);
  expect((await readdir(out)).toSorted()).toEqual(FILES);
});

test('a folder in the place of a file is not replaced, not even by force', async () => {
  await mkdir(join(out, 'agent-api-key.sha256', 'x'), { recursive: true });
  const { code, stderr } = await keygen('--force');
  expect(code).toBe(1);
  expect(stderr).toContain('ERR_CLI_FILE_EXISTS');
  expect(await readdir(out)).toEqual(['agent-api-key.sha256']);
});

test('a place that is no folder is an error of the system, said in one line', async () => {
  await writeFile(out, '');
  const { code, stderr } = await keygen();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: EEXIST.*\n$/);
});

const replaced = (flag: string, value: string): string[] => {
  const args = [...REQUIRED];
  args[args.indexOf(flag) + 1] = value;
  return args;
};

test.each([
  ['--did', 'oracle456', 'A DID such as'],
  ['--matrix', 'oracle', 'A Matrix user id such as'],
  ['--backend-url', 'http://calls.example.org', 'http is only used for private addresses'],
  ['--backend-url', 'https://user:pass@calls.example.org', 'must not carry credentials'],
  ['--backend-url', 'calls', 'An address such as'],
])('%s %s is not understood, the option is named, and nothing is written', async (flag, value, why) => {
  const result = await run('keygen', ...replaced(flag, value), '--out', out);
  expect(result).toMatchObject({ code: 2, stdout: '' });
  expect(result.stderr).toContain(`option '${flag} <`);
  expect(result.stderr).toContain(why);
  expect(await readdir(folder)).toEqual([]);
});

test('a did:key is refused, since it names no services', async () => {
  const did = 'did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme';
  const result = await run('keygen', ...replaced('--did', did), '--out', out);
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toContain('ERR_DID_UNSUPPORTED');
  expect(await readdir(folder)).toEqual([]);
});

test('the summary says what was written, what to publish, and which fields of the configurations it is for', async () => {
  const { stdout } = await keygen();
  for (const name of FILES) expect(stdout).toContain(join(out, name));
  for (const field of ['"oracleDid"', '"backendUrl"', '"oracleKeyFile"', '"apiKeyFile"', '"agentKeys"']) {
    expect(stdout).toContain(field);
  }
  expect(stdout).toContain((await read('agent-api-key.sha256')).trim());
  expect(stdout).toContain('the registry of did:ixo');
  expect(stdout).toContain('oracle-calls doctor');
});

test.each([
  ['did:web:oracle.example.org', 'https://oracle.example.org/.well-known/did.json'],
  ['did:web:oracle.example.org:o:one', 'https://oracle.example.org/o/one/did.json'],
  ['did:web:localhost%3A8443', 'https://localhost:8443/.well-known/did.json'],
])('%s is to be published at %s', async (did, url) => {
  expect((await run('keygen', ...replaced('--did', did), '--out', out)).stdout).toContain(`     ${url}\n`);
});

test.each([
  ['an unknown command', ['keygne']],
  ['an unknown flag', ['keygen', ...REQUIRED, '--out', 'x', '--quick']],
  ['a missing flag', ['keygen', ...REQUIRED]],
  ['a flag without its value', ['keygen', '--did']],
])('%s is not understood: exit code 2', async (_name, args) => {
  const { code, stdout, stderr } = await run(...args);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toBe('');
});

test('help is on stdout, names every flag, and is no failure', async () => {
  const general = await run('--help');
  expect(general).toMatchObject({ code: 0, stderr: '' });
  expect(general.stdout).toContain('keygen');
  const { code, stdout } = await run('keygen', '--help');
  expect(code).toBe(0);
  for (const word of ['--did', '--matrix', '--backend-url', '--out', '--json', '--force', ...FILES]) {
    expect(stdout).toContain(word);
  }
});

test('without a command there is help', async () => {
  const { code, stdout, stderr } = await run();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe((await run('--help')).stdout);
});

test('a command that is nearly right is suggested', async () => {
  expect((await run('keygne')).stderr).toContain('(Did you mean keygen?)');
  expect((await run('api-keys', 'rotat')).stderr).toContain('(Did you mean rotate?)');
  expect((await run('keygen', ...REQUIRED, '--out', out, '--jsno')).stderr).toContain('(Did you mean --json?)');
});

test('the version is that of the package', async () => {
  const manifest = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  expect(await run('--version')).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: '' });
});

test('the library function does the same without a command line', async () => {
  const options = { did: DID, matrixUserId: '@o:a.example', backendUrl: 'http://127.0.0.1:8080', outDir: out };
  const files = await generateOracleFiles(options);
  expect(parseOracleKeyFile(await readFile(files.oracleKeyFile, 'utf8')).did).toBe(DID);
  await expect(generateOracleFiles(options)).rejects.toThrow(expect.objectContaining({ code: 'ERR_CLI_FILE_EXISTS' }));
  expect((await generateOracleFiles({ ...options, force: true })).agentApiKeySha256).not.toBe(files.agentApiKeySha256);
});

test('the program exits with the code and writes to the right streams', async () => {
  const main = fileURLToPath(new URL('main.ts', import.meta.url));
  const start = (...args: readonly string[]) => promisify(execFile)(process.execPath, [main, ...args]);
  const done = await start('keygen', ...REQUIRED, '--out', out, '--json');
  expect(JSON.parse(done.stdout)).toMatchObject({ did: DID });
  await expect(start('keygen', ...REQUIRED, '--out', out)).rejects.toMatchObject({ code: 1, stdout: '' });
  await expect(start('nonsense')).rejects.toMatchObject({ code: 2, stdout: '' });
}, 30_000);
