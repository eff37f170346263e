import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTrustStore } from '@oracle-calls/agent/trust-store';
import { parseDid } from '@oracle-calls/protocol/did';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommandLine } from '../command-line.ts';

const DID = parseDid('did:ixo:alice');
const [KNOWN, CHANGED] = ['aa'.repeat(32), 'bb'.repeat(32)];
let dir = '';
let store = '';
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'trust-command-'));
  store = join(dir, 'trust', 'trust.db');
});
afterEach(() => rm(dir, { recursive: true, force: true }));

/** A call whose user's DID shows this key. */
function call(publicKeyHex: string): string {
  using trust = openTrustStore(store);
  const publicKey = new Uint8Array(Buffer.from(publicKeyHex, 'hex'));
  const signingKey = { methodId: `${DID}#key`, algorithm: 'Ed25519', publicKey } as const;
  try {
    return trust.userKeys.judge({ presented: { did: DID, signingKey }, rotations: [] }, 0).kind;
  } catch (cause) {
    return (cause as { code: string }).code;
  }
}

async function run(...args: readonly string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const add = (more: string): void => void (text += more);
  const code = await runCommandLine(['trust', ...args], { out: add, error: add });
  return { code, text };
}

test('list shows whose key is known, and which was refused since', async () => {
  call(KNOWN);
  expect(call(CHANGED)).toBe('ERR_KEY_CHANGED');
  const { code, text } = await run('list', '--store', store);
  expect(code).toBe(0);
  expect(text).toBe(
    `${DID}\n  known    Ed25519 ${KNOWN}   (last call 1970-01-01T00:00:00.000Z)\n  REFUSED  Ed25519 ${CHANGED}\n`,
  );
});

test('list and accept speak JSON', async () => {
  call(KNOWN);
  call(CHANGED);
  const key = (publicKeyHex: string): object => ({ algorithm: 'Ed25519', publicKeyHex });
  const { text } = await run('list', '--store', store, '--json');
  expect(JSON.parse(text)).toEqual([
    { did: DID, known: key(KNOWN), refused: key(CHANGED), lastCallAt: '1970-01-01T00:00:00.000Z' },
  ]);
  const accepted = await run('accept', DID, '--key', CHANGED, '--store', store, '--json');
  expect(JSON.parse(accepted.text)).toEqual({ did: DID, key: key(CHANGED) });
});

test('list says so when nobody is known', async () => {
  openTrustStore(store)[Symbol.dispose]();
  expect(await run('list', '--store', store)).toEqual({ code: 0, text: 'No user is known yet.\n' });
});

test('accept takes the key that was refused, and only when it is named', async () => {
  call(KNOWN);
  call(CHANGED);
  expect((await run('accept', DID, '--store', store)).code).toBe(2);
  const wrong = await run('accept', DID, '--store', store, '--key', 'cc'.repeat(32));
  expect(wrong).toEqual({ code: 1, text: expect.stringContaining('ERR_KEY_CHANGED') as string });
  expect(call(CHANGED)).toBe('ERR_KEY_CHANGED');
  expect((await run('accept', DID, '--store', store, '--key', CHANGED.toUpperCase())).code).toBe(0);
  expect(call(CHANGED)).toBe('same');
  expect(call(KNOWN)).toBe('ERR_KEY_CHANGED');
});

test('a store that is not there is not made', async () => {
  for (const args of [['list'], ['accept', DID, '--key', CHANGED]]) {
    const { code, text } = await run(...args, '--store', store);
    expect({ code, isNamed: text.includes('ERR_KEY_STORE') }).toEqual({ code: 1, isNamed: true });
  }
});
