import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readKeyRotations, readOracleKeys } from '@oracle-calls/protocol/did';
import { parseOracleKeyFile, x25519PublicKeyOf } from '@oracle-calls/protocol/envelope';
import { createKeyPin, judgeKeys, type KeyPin, type PresentedKeys } from '@oracle-calls/protocol/key-pin';
import { signingPublicKeyOf } from '@oracle-calls/protocol/signing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateOracleFiles, type KeySet } from './generate-oracle-files.ts';
import { rotateOracleKeys } from './rotate-oracle-keys.ts';

let base: string;
beforeAll(async () => void (base = await mkdtemp(join(tmpdir(), 'oracle-calls-rotate-'))));
afterAll(() => rm(base, { recursive: true, force: true }));

let folders = 0;
async function newOracle(keySet: KeySet = 'independent'): Promise<string> {
  const outDir = join(base, String((folders += 1)));
  const oracle = {
    did: 'did:ixo:oracle',
    matrixUserId: '@oracle:example.org',
    backendUrl: 'https://calls.example.org',
  };
  await generateOracleFiles({ ...oracle, outDir, keySet });
  return outDir;
}

/** What callers read of the document. */
async function shown(folder: string): Promise<{ readonly presented: PresentedKeys; readonly rotations: string[] }> {
  const document = JSON.parse(await readFile(join(folder, 'did.json'), 'utf8')) as Parameters<typeof readOracleKeys>[0];
  const { did, identityKey: signingKey, envelopeKey } = readOracleKeys(document);
  return { presented: { did, signingKey, envelopeKey }, rotations: readKeyRotations(document) };
}

async function pinOf(folder: string): Promise<KeyPin> {
  return createKeyPin((await shown(folder)).presented, 0);
}

test('callers who know the oracle follow to the new keys, through several rotations', async () => {
  const folder = await newOracle();
  const pin = await pinOf(folder);
  const { sequence } = await rotateOracleKeys({ folder });
  expect(sequence).toBe(1);
  const middle = judgeKeys({ pin, ...(await shown(folder)) });
  expect(middle.kind).toBe('rotated');
  expect(middle.pin.signingKey).toEqual(pin.signingKey);
  expect(middle.pin.envelopeKey).not.toEqual(pin.envelopeKey);

  expect((await rotateOracleKeys({ folder, identity: true })).sequence).toBe(2);
  const after = judgeKeys({ pin, ...(await shown(folder)) });
  expect(after.kind).toBe('rotated');
  expect(after.pin.signingKey).not.toEqual(pin.signingKey);
  expect(judgeKeys({ pin: middle.pin, ...(await shown(folder)) }).pin).toEqual(after.pin);
});

test('without its statement the same document is a change that a person must decide about', async () => {
  const folder = await newOracle();
  const pin = await pinOf(folder);
  await rotateOracleKeys({ folder });
  const { presented } = await shown(folder);
  expect(() => judgeKeys({ pin, presented, rotations: [] })).toThrow(
    expect.objectContaining({ code: 'ERR_KEY_CHANGED' }),
  );
});

test('one key for everything is rotated as one', async () => {
  const folder = await newOracle('single');
  const pin = await pinOf(folder);
  await rotateOracleKeys({ folder });
  const judged = judgeKeys({ pin, ...(await shown(folder)) });
  expect(judged.kind).toBe('rotated');
  expect(judged.pin.signingKey).not.toEqual(pin.signingKey);
});

test('the key file holds what the document shows, and the keys of before are kept, for their owner alone', async () => {
  const folder = await newOracle();
  const before = await readFile(join(folder, 'oracle.key.json'), 'utf8');
  const { oracleKeyFile, formerKeyFile } = await rotateOracleKeys({ folder });
  const key = parseOracleKeyFile(await readFile(oracleKeyFile, 'utf8'));
  const { presented } = await shown(folder);
  if (key.envelopePrivateKey === undefined || key.identityPrivateKey === undefined) throw new Error('no keys');
  expect(presented.envelopeKey?.publicKey).toEqual(x25519PublicKeyOf(key.envelopePrivateKey));
  expect(presented.signingKey.publicKey).toEqual(signingPublicKeyOf('Ed25519', key.identityPrivateKey));
  expect(await readFile(formerKeyFile, 'utf8')).toBe(before);
  for (const path of [oracleKeyFile, formerKeyFile]) expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('after a run that was interrupted before the document was written, the published keys are not overwritten', async () => {
  const folder = await newOracle();
  const published = await readFile(join(folder, 'did.json'), 'utf8');
  const keys = await readFile(join(folder, 'oracle.key.json'), 'utf8');
  const { formerKeyFile, oracleKeyFile } = await rotateOracleKeys({ folder });
  await writeFile(join(folder, 'did.json'), published);
  const unpublished = await readFile(oracleKeyFile, 'utf8');
  await expect(rotateOracleKeys({ folder })).rejects.toMatchObject({ code: 'ERR_CLI_FILE_EXISTS' });
  expect(await readFile(formerKeyFile, 'utf8')).toBe(keys);
  expect(await readFile(oracleKeyFile, 'utf8')).toBe(unpublished);
  // Put back by hand, it goes on.
  await writeFile(oracleKeyFile, keys);
  expect((await rotateOracleKeys({ folder })).sequence).toBe(1);
});

test('a document of other keys is not rotated: nobody could follow, and nothing is written', async () => {
  const [folder, other] = [await newOracle(), await newOracle()];
  const stolen = await readFile(join(other, 'did.json'), 'utf8');
  await writeFile(join(folder, 'did.json'), stolen);
  const before = await readFile(join(folder, 'oracle.key.json'), 'utf8');
  await expect(rotateOracleKeys({ folder })).rejects.toMatchObject({ code: 'ERR_KEY_CHANGED' });
  expect(await readFile(join(folder, 'oracle.key.json'), 'utf8')).toBe(before);
  expect(await readFile(join(folder, 'did.json'), 'utf8')).toBe(stolen);
});

test.each(['not json', '{}', '{"id":"did:ixo:other"}'])(
  'a document that is %s is told and changes nothing',
  async (text) => {
    const folder = await newOracle();
    await writeFile(join(folder, 'did.json'), text);
    await expect(rotateOracleKeys({ folder })).rejects.toMatchObject({ code: 'ERR_PROTOCOL_MALFORMED' });
    expect(await readFile(join(folder, 'did.json'), 'utf8')).toBe(text);
  },
);

test('a folder without keys is told', async () => {
  await expect(rotateOracleKeys({ folder: join(base, 'nowhere') })).rejects.toMatchObject({
    code: 'ERR_PROTOCOL_MALFORMED',
  });
});
