import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { didSchema, parseWith } from '@oracle-calls/protocol';
import { createOracleKeyPair, encodeOracleKeyFile } from '@oracle-calls/protocol/envelope';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBearerFile, readOracleKey } from './oracle-key.ts';

const oracleDid = parseWith(didSchema, 'did:example:oracle');
const { privateKey } = createOracleKeyPair();
const hex = Buffer.from(privateKey.expose()).toString('hex');
let dir: string;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'oracle-key-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

const file = async (text: string): Promise<string> => {
  const path = join(dir, crypto.randomUUID());
  await writeFile(path, text);
  return path;
};
const toHex = (secret: { expose(): Uint8Array }): string => Buffer.from(secret.expose()).toString('hex');
const malformed = expect.objectContaining({ code: 'ERR_PROTOCOL_MALFORMED' });

describe("the oracle's private key", () => {
  it('is read from the file of keygen', async () => {
    const oracleKeyFile = await file(encodeOracleKeyFile(oracleDid, privateKey));
    expect(toHex((await readOracleKey({ oracleDid, oracleKeyFile }, {})).privateKey)).toBe(hex);
  });

  it('is read from the environment when no file is named', async () => {
    expect(toHex((await readOracleKey({ oracleDid }, { ORACLE_PRIVATE_KEY_HEX: ` ${hex}\n` })).privateKey)).toBe(hex);
  });

  it('is refused when the file is for another oracle', async () => {
    const oracleKeyFile = await file(encodeOracleKeyFile(parseWith(didSchema, 'did:example:other'), privateKey));
    await expect(readOracleKey({ oracleDid, oracleKeyFile }, {})).rejects.toEqual(malformed);
  });

  it.each(['', 'no hex', '00'.repeat(31)])('is refused when the environment holds %j', async (text) => {
    await expect(readOracleKey({ oracleDid }, { ORACLE_PRIVATE_KEY_HEX: text })).rejects.toEqual(malformed);
  });

  it('is refused when the number is no key of the curve', async () => {
    await expect(readOracleKey({ oracleDid }, { ORACLE_PRIVATE_KEY_HEX: '00'.repeat(32) })).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_ENVELOPE_UNSUPPORTED' }),
    );
  });

  it('is refused when the file is missing', async () => {
    await expect(readOracleKey({ oracleDid, oracleKeyFile: join(dir, 'none') }, {})).rejects.toEqual(malformed);
  });

  it('never stands in the error about a broken file', async () => {
    const oracleKeyFile = await file(`{"privateKeyHex":"${hex}"`);
    const error: unknown = await readOracleKey({ oracleDid, oracleKeyFile }, {}).catch((cause: unknown) => cause);
    expect(error).toEqual(malformed);
    expect(`${String(error)} ${JSON.stringify(error)} ${String((error as Error).cause)}`).not.toContain(hex);
  });
});

describe('a bearer secret in a file', () => {
  it('is its trimmed text', async () => {
    expect((await readBearerFile(await file('abc\n'), 'key')).expose()).toBe('abc');
  });

  it('is refused when the file is empty or missing', async () => {
    await expect(readBearerFile(await file('\n'), 'key')).rejects.toEqual(malformed);
    await expect(readBearerFile(join(dir, 'none'), 'key')).rejects.toEqual(malformed);
  });
});
