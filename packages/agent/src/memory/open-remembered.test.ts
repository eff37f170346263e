import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@oracle-calls/protocol';
import type { Logger } from '@oracle-calls/protocol';
import type { KeptMemory } from '@oracle-calls/protocol/http';
import { encodeMemoryBody, hashMemoryScope, sealMemory } from '@oracle-calls/protocol/memory';
import type { MemoryFacts, MemoryScope } from '@oracle-calls/protocol/memory';
import { parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createIdentity, createSigner, NOW, sealCall } from '../job/signed-call.fixture.ts';
import { openTrustStore } from '../trust-store/trust-store.ts';
import type { TrustStore } from '../trust-store/trust-store.ts';
import { openRemembered, scopeOf } from './open-remembered.ts';

const identity = createIdentity();
const envelope = parseSignedEnvelope((await sealCall({ oracle: identity.keys, signer: createSigner() })).encryptionKey);
const scope = scopeOf(envelope);
const scopeName = Buffer.from(hashMemoryScope(scope)).toString('hex');

let dir = '';
let trust: TrustStore;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'memory-'));
  trust = openTrustStore(join(dir, 'trust', 'trust.db'));
});
afterEach(async () => {
  trust[Symbol.dispose]();
  await rm(dir, { recursive: true, force: true });
});

/** A store that forgets: every record is the newest one to it. */
const forgetful: Pick<TrustStore, 'memories'> = {
  memories: {
    accept: () => undefined,
    learn: () => undefined,
    forget: () => undefined,
    next: () => ({ revision: 1, erasedAt: 0 }),
    kept: () => undefined,
  },
};

/** What an agent of the oracle keeps; the number is the store's. */
async function keep(text: string, to: MemoryScope = scope): Promise<string> {
  const facts: MemoryFacts = {
    ...trust.memories.next(Buffer.from(hashMemoryScope(to)).toString('hex'), NOW),
    keptAt: NOW,
  };
  const body = encodeMemoryBody({ turns: [{ speaker: 'user', text, at: NOW }], notes: {} });
  const record = await sealMemory({ scope: to, facts, body, oracle: identity.keys });
  trust.memories.kept(Buffer.from(hashMemoryScope(to)).toString('hex'), facts.revision, NOW);
  return Buffer.from(record).toString('base64url');
}

const logged: unknown[] = [];
const log: Logger = { ...silentLogger, warn: (_message, fields) => void logged.push(fields?.['why']) };

/** What the next call begins with, when the backend gives this. */
async function begin(kept: KeptMemory, by: Pick<TrustStore, 'memories'> = trust): Promise<string | undefined> {
  const { body } = await openRemembered({ identity, trust: by, clock: { now: () => NOW + 1 }, log }, kept, envelope);
  return body.turns[0]?.text;
}

describe('a backend that keeps memories', () => {
  beforeEach(() => {
    logged.length = 0;
  });

  it('and rolls one back is found out; the twin whose store forgets believes it', async () => {
    const old = await keep('old');
    const young = await keep('young');
    expect(await begin({ record: young, erasedAt: 0 })).toBe('young');
    expect(await begin({ record: old, erasedAt: 0 })).toBeUndefined();
    expect(logged).toEqual(['rolled-back']);
    expect(await begin({ record: old, erasedAt: 0 }, forgetful)).toBe('old');
  });

  it('and brings an erased one back, in whatever form, is found out; the twin whose store forgets believes it', async () => {
    const record = await keep('erased');
    expect(await begin({ erasedAt: NOW })).toBeUndefined();
    expect(await begin({ record, erasedAt: 0 })).toBeUndefined();
    expect(await begin({ record, erasedAt: NOW })).toBeUndefined();
    expect(logged).toEqual(['erased', 'erased']);
    expect(await begin({ record, erasedAt: 0 }, forgetful)).toBe('erased');
    // What is kept after it is believed.
    expect(await begin({ record: await keep('after'), erasedAt: NOW })).toBe('after');
  });

  it('and brings back what a user had forgotten in the call is found out', async () => {
    const record = await keep('forgotten');
    trust.memories.forget(scopeName, NOW);
    expect(await begin({ record, erasedAt: 0 })).toBeUndefined();
    expect(await begin({ record, erasedAt: 0 }, forgetful)).toBe('forgotten');
  });

  it('and swaps two users’ memories gives neither; the twin in its own place opens', async () => {
    const other: MemoryScope = { ...scope, matrixUserId: '@mallory:example.org', userDid: createSigner().did };
    expect(await begin({ record: await keep('another’s', other), erasedAt: 0 })).toBeUndefined();
    expect(logged).toEqual(['signature']);
    expect(await begin({ record: await keep('own'), erasedAt: 0 })).toBe('own');
  });
});
