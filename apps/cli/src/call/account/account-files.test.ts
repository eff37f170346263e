import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseDid } from '@oracle-calls/protocol/did';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findOracle } from '../find-oracle.ts';
import { defaultAccountFolder } from './account-folder.ts';
import { FileKeyPins } from './file-key-pins.ts';
import { openOwnSigner } from './own-signer.ts';

const ORACLE = parseDid('did:ixo:oracle');
const OTHER = parseDid('did:ixo:other');
const ACCOUNT = '@oracle:example.org';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'oracle-calls-account-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;

describe('known oracles', () => {
  test('are there again in the next process, for their owner alone', async () => {
    const pins = new FileKeyPins(folder);
    expect(await pins.get(ORACLE)).toBeUndefined();
    await pins.update(ORACLE, (kept) => ({ was: kept ?? 'nothing' }));
    const later = new FileKeyPins(folder);
    expect(later.isDurable).toBe(true);
    expect(await later.get(ORACLE)).toEqual({ was: 'nothing' });
    expect(await later.get(OTHER)).toBeUndefined();
    expect(await modeOf('known-oracles.json')).toBe(0o600);
  });

  test('are decided about one after the other', async () => {
    const pins = new FileKeyPins(folder);
    const count = (kept: unknown): number => Number(kept ?? 0) + 1;
    await Promise.all(Array.from({ length: 8 }, () => pins.update(ORACLE, count)));
    expect(await pins.get(ORACLE)).toBe(8);
  });

  test('stay as they were when the decision is a refusal, and the next one is taken', async () => {
    const pins = new FileKeyPins(folder);
    await pins.update(ORACLE, () => 'kept');
    const refusal = new Error('other keys');
    const refuse = (): never => {
      throw refusal;
    };
    await expect(pins.update(ORACLE, refuse)).rejects.toBe(refusal);
    expect(await pins.get(ORACLE)).toBe('kept');
    await pins.update(ORACLE, () => 'changed');
    expect(await pins.get(ORACLE)).toBe('changed');
  });

  test.each(['', '{', '{"v":2,"oracles":{}}', '[]'])(
    'that cannot be read (%j) are not forgotten ones',
    async (text) => {
      await writeFile(join(folder, 'known-oracles.json'), text);
      const pins = new FileKeyPins(folder);
      await expect(pins.get(ORACLE)).rejects.toMatchObject({ code: 'ERR_KEY_STORE' });
      await expect(pins.update(ORACLE, () => 'new')).rejects.toMatchObject({ code: 'ERR_KEY_STORE' });
      expect(await readFile(join(folder, 'known-oracles.json'), 'utf8')).toBe(text);
    },
  );
});

describe('an oracle', () => {
  test('is named by its DID', async () => {
    expect(await findOracle(ORACLE, new FileKeyPins(folder))).toBe(ORACLE);
    await expect(findOracle('oracle', new FileKeyPins(folder))).rejects.toMatchObject({ code: 'ERR_DID_MALFORMED' });
  });

  test('is named by the account of exactly one known oracle', async () => {
    const pins = new FileKeyPins(folder);
    await expect(findOracle(ACCOUNT, pins)).rejects.toMatchObject({ code: 'ERR_CLI_ORACLE' });
    await pins.update(ORACLE, () => ({ matrixUserId: ACCOUNT }));
    expect(await findOracle(ACCOUNT, pins)).toBe(ORACLE);
    await pins.update(OTHER, () => ({ matrixUserId: ACCOUNT }));
    await expect(findOracle(ACCOUNT, pins)).rejects.toMatchObject({ code: 'ERR_CLI_ORACLE' });
  });
});

describe("the caller's own key", () => {
  test('is made once, and signs as the same DID afterwards', async () => {
    using first = await openOwnSigner(folder);
    using again = await openOwnSigner(folder);
    expect(first.signer.did).toMatch(/^did:key:z6Mk/);
    expect(again.signer.did).toBe(first.signer.did);
    const message = Uint8Array.of(1, 2, 3);
    expect(await again.signer.sign(message)).toEqual(await first.signer.sign(message));
    expect(await modeOf('user-key.json')).toBe(0o600);
  });

  test('signs no more once it was put away', async () => {
    const { signer, ...opened } = await openOwnSigner(folder);
    opened[Symbol.dispose]();
    await expect(signer.sign(Uint8Array.of(1))).rejects.toThrow();
  });

  test.each(['{}', '{"v":1,"algorithm":"Ed25519","privateKey":"short"}'])(
    'that cannot be read is never replaced: %s',
    async (text) => {
      await writeFile(join(folder, 'user-key.json'), text);
      await expect(openOwnSigner(folder)).rejects.toMatchObject({ code: 'ERR_KEY_STORE' });
      expect(await readFile(join(folder, 'user-key.json'), 'utf8')).toBe(text);
    },
  );
});

test("an account's folder is the user's own, whatever the id holds", () => {
  expect(defaultAccountFolder('@me/x:example.org', { XDG_CONFIG_HOME: '/c' })).toBe(
    '/c/oracle-calls/%40me%2Fx%3Aexample.org',
  );
  expect(defaultAccountFolder('@me:example.org', {})).toMatch(/\.config\/oracle-calls\/%40me%3Aexample\.org$/);
});
