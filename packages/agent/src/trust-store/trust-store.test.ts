import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';
import { didSchema, parseCallId, parseWith, SecretBytes } from '@oracle-calls/protocol';
import { MAX_ATTEMPT } from '@oracle-calls/protocol/handshake';
import { signKeyRotation } from '@oracle-calls/protocol/key-pin';
import type { PresentedKeys } from '@oracle-calls/protocol/key-pin';
import { ENVELOPE_CLOCK_SKEW_MS } from '@oracle-calls/protocol/signed-envelope';
import { createRawKeySigner } from '@oracle-calls/protocol/signing';
import type { CallSigner } from '@oracle-calls/protocol/signing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TrustDatabase } from './trust-database.ts';
import { openTrustStore } from './trust-store.ts';
import type { TrustStore } from './trust-store.ts';
import { UsedContexts } from './used-contexts.ts';
import type { UsedEnvelope } from './used-contexts.ts';

const run = promisify(execFile);
const did = parseWith(didSchema, 'did:ixo:alice');
const callId = parseCallId('$one@lk-1');
const otherCall = parseCallId('$two@lk-1');
const NOW = 1_000_000;
const withCode = (code: string): unknown => expect.objectContaining({ code });

let dir = '';
let file = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trust-'));
  file = join(dir, 'trust', 'trust.db');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

interface User {
  readonly signer: CallSigner;
  readonly presented: PresentedKeys;
  readonly hex: string;
}

function user(name: string): User {
  const privateKey = SecretBytes.random(32, 'user key');
  const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey, name: { did, methodId: `${did}#${name}` } });
  const { methodId, algorithm, publicKey } = signer;
  const hex = Buffer.from(publicKey).toString('hex');
  return { signer, presented: { did, signingKey: { methodId, algorithm, publicKey } }, hex };
}

const judge = (trust: TrustStore, { presented }: User, ...rotations: string[]): string =>
  trust.userKeys.judge({ presented, rotations }, NOW).kind;

describe("users' keys", () => {
  const [first, second] = [user('a'), user('b')];

  it('are remembered from first contact on, over restarts', () => {
    using trust = openTrustStore(file);
    expect(judge(trust, first)).toBe('first-contact');
    using again = openTrustStore(file);
    expect(judge(again, first)).toBe('same');
  });

  it('follow a rotation that the user signed', async () => {
    using trust = openTrustStore(file);
    judge(trust, first);
    const rotation = await signKeyRotation(first.signer, { sequence: 1, issuedAt: 1, next: second.presented });
    expect(judge(trust, second, rotation)).toBe('rotated');
    expect(judge(trust, second, rotation)).toBe('same');
    expect(trust.userKeys.list()).toMatchObject([{ did, pin: { sequence: 1 }, refused: undefined, seenAt: NOW }]);
  });

  it('that changed without a word are refused, again and again, and kept for the operator to look at', () => {
    using trust = openTrustStore(file);
    judge(trust, first);
    for (let time = 0; time < 2; time++) expect(() => judge(trust, second)).toThrow(withCode('ERR_KEY_CHANGED'));
    expect(trust.userKeys.list()).toMatchObject([
      { pin: { signingKey: { publicKeyHex: first.hex } }, refused: { signingKey: { publicKeyHex: second.hex } } },
    ]);
    // The known key still works, and then there is nothing to decide about any more.
    expect(judge(trust, first)).toBe('same');
    expect(trust.userKeys.list()[0]?.refused).toBeUndefined();
  });

  it('are changed by the operator, who names the key that was looked at', () => {
    using trust = openTrustStore(file);
    judge(trust, first);
    expect(() => trust.userKeys.accept(did, second.hex, NOW)).toThrow(withCode('ERR_KEY_CHANGED'));
    expect(() => judge(trust, second)).toThrow();
    expect(() => trust.userKeys.accept(did, user('c').hex, NOW)).toThrow(withCode('ERR_KEY_CHANGED'));
    expect(trust.userKeys.accept(did, second.hex, NOW).signingKey.publicKeyHex).toBe(second.hex);
    expect(judge(trust, second)).toBe('same');
    expect(() => judge(trust, first)).toThrow(withCode('ERR_KEY_CHANGED'));
  });

  it.each([
    ['is no JSON', '{'],
    ['is no pin', '{"v":1}'],
    ['is of another DID', JSON.stringify({ ...pinOf(first), did: 'did:ixo:mallory' })],
  ])('that cannot be read, because the pin %s, are an error and not a first contact', (_what, text) => {
    using trust = openTrustStore(file);
    judge(trust, first);
    using raw = new DatabaseSync(file);
    raw.prepare('UPDATE key_pins SET pin = ?').run(text);
    expect(() => judge(trust, first)).toThrow(withCode('ERR_KEY_STORE'));
    expect(() => judge(trust, second)).toThrow(withCode('ERR_KEY_STORE'));
    expect(() => trust.userKeys.list()).toThrow(withCode('ERR_KEY_STORE'));
  });

  function pinOf({ presented: { signingKey } }: User): object {
    const { methodId, algorithm, publicKey } = signingKey;
    const publicKeyHex = Buffer.from(publicKey).toString('hex');
    return { v: 1, did, signingKey: { methodId, algorithm, publicKeyHex }, sequence: 0 };
  }
});

describe('used contexts', () => {
  const envelope = (name: string, notAfter = NOW + 60_000): UsedEnvelope => ({
    contextHash: Buffer.from(name.padEnd(32)),
    context: { notAfter },
  });

  it('serve the same call again, and no other, over restarts', () => {
    using trust = openTrustStore(file);
    trust.usedContexts.use(envelope('x'), callId, NOW);
    using again = openTrustStore(file);
    again.usedContexts.use(envelope('x'), callId, NOW);
    expect(() => again.usedContexts.use(envelope('x'), otherCall, NOW)).toThrow(withCode('ERR_ENVELOPE_REPLAYED'));
    again.usedContexts.use(envelope('y'), otherCall, NOW);
  });

  it('are kept until no clock can take them for valid, and then forgotten', () => {
    using trust = openTrustStore(file);
    trust.usedContexts.use(envelope('x', NOW), callId, NOW);
    const until = NOW + ENVELOPE_CLOCK_SKEW_MS;
    trust.usedContexts.use(envelope('later'), otherCall, until);
    expect(() => trust.usedContexts.use(envelope('x', NOW), otherCall, until)).toThrow();
    trust.usedContexts.use(envelope('latest'), otherCall, until + 1);
    using raw = new DatabaseSync(file);
    expect(raw.prepare('SELECT count(*) AS count FROM used_contexts').get()).toEqual({ count: 2 });
  });

  it('that are still valid are never forgotten for want of room', () => {
    using database = new TrustDatabase(file);
    const contexts = new UsedContexts(database, 1);
    contexts.use(envelope('x'), callId, NOW);
    expect(() => contexts.use(envelope('y'), otherCall, NOW)).toThrow(withCode('ERR_UPSTREAM_BUSY'));
    expect(() => contexts.use(envelope('x'), otherCall, NOW)).toThrow(withCode('ERR_ENVELOPE_REPLAYED'));
  });
});

describe('numbers of attempts', () => {
  it('rise for each call, over restarts', () => {
    {
      using trust = openTrustStore(file);
      expect([1, 2].map(() => trust.attempts.next(callId, NOW + 1, NOW))).toEqual([1, 2]);
    }
    using again = openTrustStore(file);
    expect(again.attempts.next(callId, NOW + 1, NOW)).toBe(3);
    expect(again.attempts.next(callId, NOW + 1, NOW, 16)).toBe(19);
    expect(again.attempts.next(otherCall, NOW + 1, NOW)).toBe(1);
  });

  it('end, so that nobody can try for ever', () => {
    using trust = openTrustStore(file);
    using raw = new DatabaseSync(file);
    trust.attempts.next(callId, NOW + 1, NOW);
    raw.prepare('UPDATE attempts SET attempt = ?').run(MAX_ATTEMPT);
    expect(() => trust.attempts.next(callId, NOW + 1, NOW)).toThrow(withCode('ERR_HANDSHAKE_CLOSED'));
  });

  it('are forgotten once the call can no longer be', () => {
    using trust = openTrustStore(file);
    trust.attempts.next(callId, NOW, NOW);
    expect(trust.attempts.next(callId, NOW, NOW)).toBe(2);
    expect(trust.attempts.next(callId, NOW + 9, NOW + 1)).toBe(1);
  });
});

describe('two processes at once', () => {
  const script = fileURLToPath(new URL('./judge-in-child.fixture.ts', import.meta.url));
  const child = async (publicKeyHex: string): Promise<{ judgement: string; attempts: number[] }> => {
    const { stdout } = await run(process.execPath, [script, file, did, publicKeyHex, '40', callId]);
    return JSON.parse(stdout) as { judgement: string; attempts: number[] };
  };

  it('agree on one first contact, and never share a number', async () => {
    const [one, other] = await Promise.all([child(user('a').hex), child(user('b').hex)]);
    expect([one.judgement, other.judgement].toSorted()).toEqual(['ERR_KEY_CHANGED', 'first-contact']);
    const numbers = [...one.attempts, ...other.attempts].toSorted((left, right) => left - right);
    expect(numbers).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
  });
});

it('waits for a process that is about to change a new file too, which SQLite does not', async () => {
  await mkdir(join(dir, 'trust'), { mode: 0o700 });
  const holder = new Worker(
    `const { DatabaseSync } = require('node:sqlite');
    const { parentPort, workerData } = require('node:worker_threads');
    const database = new DatabaseSync(workerData);
    database.exec('BEGIN IMMEDIATE');
    parentPort.postMessage('held');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    database.exec('COMMIT');`,
    { eval: true, workerData: file },
  );
  await once(holder, 'message');
  using plain = new DatabaseSync(file, { timeout: 5_000 });
  expect(() => plain.exec('PRAGMA journal_mode = WAL')).toThrow('locked');
  using trust = openTrustStore(file);
  expect(trust.userKeys.list()).toEqual([]);
  await once(holder, 'exit');
});

describe('the file', () => {
  it.skipIf(process.platform === 'win32')('lies in a folder that is its owner’s alone', async () => {
    openTrustStore(file)[Symbol.dispose]();
    expect((await stat(join(dir, 'trust'))).mode & 0o777).toBe(0o700);
    await chmod(join(dir, 'trust'), 0o750);
    expect(() => openTrustStore(file)).toThrow(withCode('ERR_KEY_STORE'));
  });

  it.each([
    ['no database', async () => writeFile(file, 'not a database at all, but longer than a header: '.repeat(20))],
    [
      'of another version',
      async () => {
        using raw = new DatabaseSync(file);
        raw.exec('PRAGMA user_version = 99');
      },
    ],
    ['a folder', () => mkdir(file)],
  ])('is not taken for an empty one when it is %s', async (_what, make) => {
    await mkdir(join(dir, 'trust'), { mode: 0o700 });
    await make();
    expect(() => openTrustStore(file)).toThrow(withCode('ERR_KEY_STORE'));
  });

  it('is closed once', () => {
    const trust = openTrustStore(file);
    trust[Symbol.dispose]();
    trust[Symbol.dispose]();
    expect(() => trust.userKeys.list()).toThrow(withCode('ERR_KEY_STORE'));
  });
});
