import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OracleCallError, parseCallId, parseSfuRoomName, silentLogger } from '@oracle-calls/protocol';
import type { ClaimResponse, KeyResponse } from '@oracle-calls/protocol/http';
import { FakeClock } from '@oracle-calls/testing/clock';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTrustStore } from '../trust-store/trust-store.ts';
import type { TrustStore } from '../trust-store/trust-store.ts';
import { CallLog } from './call-log.ts';
import { openCall } from './open-call.ts';
import type { OpenCallDeps, OpenedCall } from './open-call.ts';
import {
  CALL_ID,
  createIdentity,
  createSigner,
  NOW,
  ORACLE_DID,
  scriptedResolver,
  sealCall,
  sealOlderCall,
  SFU_ROOM_NAME,
  signerOf,
} from './signed-call.fixture.ts';

const identity = createIdentity();
const oracle = identity.keys;
const claim: ClaimResponse = { callId: CALL_ID, callType: 'audio', sessionId: 's-1', userIdentity: 'u-1' };
const never = new AbortController().signal;
const withCode = (code: string, details: object = {}): unknown =>
  expect.objectContaining({ code, ...(Object.keys(details).length === 0 ? {} : { details }) });

let dir = '';
let trust: TrustStore;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'open-call-'));
  trust = openTrustStore(join(dir, 'trust', 'trust.db'));
});
afterEach(() => {
  trust[Symbol.dispose]();
  rmSync(dir, { recursive: true, force: true });
});

function open(
  key: KeyResponse,
  deps: Partial<OpenCallDeps> = {},
  call: Partial<ClaimResponse> = {},
): Promise<OpenedCall> {
  const all: OpenCallDeps = {
    sfuRoomName: SFU_ROOM_NAME,
    identity,
    olderProtocol: 'refuse',
    trust,
    resolver: scriptedResolver(),
    clock: new FakeClock(),
    timeline: { mark: () => undefined },
    log: new CallLog(silentLogger),
    ...deps,
  };
  return openCall(all, { ...claim, ...call }, key, never);
}

const known = (): number => trust.userKeys.list().length;

describe('a signed call', () => {
  it.each(['independent', 'single'] as const)('opens with %s keys, and pins who signed it', async (kind) => {
    const own = createIdentity(kind);
    const signer = createSigner();
    const opened = await open(await sealCall({ oracle: own.keys, signer }), { identity: own });
    expect(opened.protocol).toBe('strict');
    expect(opened.callKey).toHaveLength(32);
    expect(trust.userKeys.list()).toMatchObject([{ did: signer.did }]);
  });

  it('opens again for the same call, by an agent that was started anew', async () => {
    const key = await sealCall({ oracle, signer: createSigner() });
    await open(key);
    expect((await open(key)).protocol).toBe('strict');
  });

  it('is refused for another call than the one it was used for', async () => {
    const key = await sealCall({ oracle, signer: createSigner() });
    await open(key);
    const other = { callId: parseCallId('$other@lk-1') };
    await expect(open(key, {}, other)).rejects.toEqual(withCode('ERR_ENVELOPE_REPLAYED'));
  });

  it.each([
    ['another SFU room', { sfuRoomName: parseSfuRoomName('lk-2') }, 'sfuRoomName'],
    ['another kind of call', { callType: 'video' }, 'callType'],
    ['another session', { sessionId: 's-2' }, 'sessionId'],
    ["another oracle's account", { matrixOracle: '@other:example.org' }, 'matrixOracle'],
  ] as const)('for %s is refused, and pins nobody', async (_what, facts, field) => {
    const key = await sealCall({ oracle, signer: createSigner(), facts });
    await expect(open(key)).rejects.toEqual(withCode('ERR_ENVELOPE_CONTEXT', { fields: [field] }));
    expect(known()).toBe(0);
  });

  it('for another oracle is refused, whichever way it is told', async () => {
    const signer = createSigner();
    const other = createIdentity();
    await expect(open(await sealCall({ oracle: other.keys, signer }))).rejects.toEqual(
      withCode('ERR_ENVELOPE_CONTEXT', { fields: ['oracleEnvelopeKey', 'oracleIdentityKey'] }),
    );
    const key = await sealCall({ oracle, signer });
    await expect(open({ ...key, oracleDid: signer.did })).rejects.toEqual(withCode('ERR_ENVELOPE_CONTEXT'));
  });

  it('under the name of another user is refused, and pins nobody', async () => {
    const [alice, mallory] = [createSigner(), createSigner()];
    const key = await sealCall({ oracle, signer: mallory });
    // Mallory's key is not in Alice's document.
    await expect(open({ ...key, userDid: alice.did })).rejects.toEqual(withCode('ERR_DID_DOCUMENT'));
    expect(known()).toBe(0);
  });

  it('signed by another key than the one that the DID has is refused, and pins nobody', async () => {
    const [real, forged] = [signerOf('did:ixo:alice'), signerOf('did:ixo:alice')];
    const key = await sealCall({ oracle, signer: forged });
    const resolver = scriptedResolver({ 'did:ixo:alice': real });
    await expect(open(key, { resolver })).rejects.toEqual(withCode('ERR_ENVELOPE_SIGNATURE'));
    expect(known()).toBe(0);
  });

  it('by a user whose key changed without a word is refused, although the resolver says otherwise', async () => {
    const [real, forged] = [signerOf('did:ixo:alice'), signerOf('did:ixo:alice')];
    const first = await sealCall({ oracle, signer: real });
    await open(first, { resolver: scriptedResolver({ 'did:ixo:alice': real }) });
    const second = await sealCall({ oracle, signer: forged });
    const lying = scriptedResolver({ 'did:ixo:alice': forged });
    await expect(open(second, { resolver: lying })).rejects.toEqual(withCode('ERR_KEY_CHANGED'));
  });

  it.each([
    ['over', NOW + 3_600_000 + 5 * 60_000 + 1],
    ['to come', NOW - 5 * 60_000 - 1],
  ])('whose time is %s is refused', async (_what, now) => {
    const key = await sealCall({ oracle, signer: createSigner() });
    await expect(open(key, { clock: new FakeClock(now) })).rejects.toEqual(withCode('ERR_ENVELOPE_EXPIRED'));
    expect(known()).toBe(0);
  });

  it('that is damaged is refused', async () => {
    const { encryptionKey, ...rest } = await sealCall({ oracle, signer: createSigner() });
    await expect(open({ ...rest, encryptionKey: encryptionKey.slice(0, -2) })).rejects.toEqual(
      withCode('ERR_ENVELOPE_MALFORMED'),
    );
  });

  it('cannot be judged while the DID does not resolve, which is retryable', async () => {
    const key = await sealCall({ oracle, signer: signerOf('did:ixo:alice') });
    const clock = new FakeClock();
    let asked = 0;
    const resolve = (): Promise<never> => {
      asked += 1;
      return Promise.reject(new OracleCallError('ERR_DID_NOT_RESOLVED'));
    };
    const refused = expect(open(key, { resolver: { resolve }, clock })).rejects.toEqual(
      expect.objectContaining({ code: 'ERR_DID_NOT_RESOLVED', retryable: true }),
    );
    await clock.advance(20_000);
    await refused;
    expect(asked).toBeGreaterThan(3);
  });
});

describe('a bare envelope', () => {
  const key = sealOlderCall(identity.olderPublicKey);

  it('is refused unless the operator allows the older protocol by name', async () => {
    await expect(open(key)).rejects.toEqual(withCode('ERR_ENVELOPE_DOWNGRADE'));
  });

  it('opens where it is allowed, pins nobody, and is called what it is', async () => {
    const opened = await open(key, { olderProtocol: 'allow' });
    expect([opened.protocol, opened.callKey.length, known()]).toEqual(['older', 32, 0]);
  });

  it('in the name of a user who has signed before is refused, also where the older protocol is allowed', async () => {
    const signed = await sealCall({ oracle, signer: createSigner() });
    await open(signed, { olderProtocol: 'allow' });
    const stripped = { ...key, userDid: signed.userDid };
    await expect(open(stripped, { olderProtocol: 'allow' })).rejects.toEqual(withCode('ERR_ENVELOPE_DOWNGRADE'));
    // Of somebody else it says nothing.
    expect((await open(key, { olderProtocol: 'allow' })).protocol).toBe('older');
  });

  it('of another oracle does not open', async () => {
    const other = sealOlderCall(createIdentity().olderPublicKey);
    await expect(open(other, { olderProtocol: 'allow' })).rejects.toEqual(withCode('ERR_ENVELOPE_OPEN'));
    expect(ORACLE_DID).toBe(other.oracleDid);
  });
});
