import { parseCallEvent, SecretBytes, silentLogger, type Logger } from '@oracle-calls/protocol';
import { createPayloadId, type DataPayload } from '@oracle-calls/protocol/data-frame';
import { buildOracleDidDocument, readOracleKeys } from '@oracle-calls/protocol/did';
import { createX25519KeyPair } from '@oracle-calls/protocol/envelope';
import { HEARD_HERE, placeOf, type CallHearing } from '@oracle-calls/protocol/hearing';
import { AgentLink, type ConfirmedAttempt } from '@oracle-calls/protocol/secure-link';
import { openSignedEnvelope, parseSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import {
  createEd25519Signer,
  createEd25519Verifier,
  createRawKeySigner,
  signingPublicKeyOf,
} from '@oracle-calls/protocol/signing';
import type { FakeSfuConnection } from '@oracle-calls/testing';
import { expect, test, vi } from 'vitest';
import { loadStrictProtocol } from '../strict/strict-protocol.ts';
import { FIRST_SOUND_MS } from './call-attempt.ts';
import { ALICE, createScene, ORACLE, ORACLE_DID, ROOM } from './call-scene.fixture.ts';

/** WebCrypto works at the machine's pace: the test waits for what it brings about, this long at most. */
const PATIENCE = { timeout: 20_000, interval: 5 };

const signer = createRawKeySigner({ algorithm: 'ES256K', privateKey: SecretBytes.random(32, 'user') });

interface OracleIdentity {
  readonly identity: SecretBytes;
  readonly envelope: ReturnType<typeof createX25519KeyPair>;
  readonly keys: ReturnType<typeof readOracleKeys>;
}

function createIdentity(): OracleIdentity {
  const identity = SecretBytes.random(32, 'identity');
  const envelope = createX25519KeyPair();
  const document = buildOracleDidDocument({
    did: ORACLE_DID,
    envelopePublicKey: envelope.publicKey,
    identityPublicKey: signingPublicKeyOf('Ed25519', identity),
    matrixUserId: ORACLE,
    backendUrl: 'http://127.0.0.1:8080',
  });
  return { identity, envelope, keys: readOracleKeys(document) };
}

/** A call with the protocol's own cryptography; only the world around is faked. */
async function realCall(oracle: OracleIdentity) {
  const protocol = await loadStrictProtocol();
  const refused: unknown[] = [];
  const logger: Logger = {
    ...silentLogger,
    warn: (message, fields) => void (message === 'a frame was refused' && refused.push(fields?.['code'])),
  };
  const scene = createScene({ logger, deps: { loadProtocol: async () => protocol, signer: async () => signer } });
  scene.shown.keys = oracle.keys;
  const call = scene.placeCall();
  await vi.waitFor(() => expect(call.timeline.synced).toBeDefined(), PATIENCE);
  await scene.clock.advance(FIRST_SOUND_MS);
  await vi.waitFor(() => expect(scene.matrix.edits).toHaveLength(1), PATIENCE);
  return { ...scene, call, refused };
}

type RealCall = Awaited<ReturnType<typeof realCall>>;

interface JoinOptions {
  /** Another's key in the tests of impostors. */
  readonly signsWith?: SecretBytes;
  readonly hearing?: CallHearing;
}

/** Opens the envelope as an agent does and joins. */
async function joinAsAgent({ matrix, sfu, clock }: RealCall, oracle: OracleIdentity, options: JoinOptions = {}) {
  const { signsWith = oracle.identity, hearing = HEARD_HERE } = options;
  const content = parseCallEvent(matrix.edits.at(-1));
  const envelope = parseSignedEnvelope(content.encryptionKey);
  const callKey = await openSignedEnvelope({
    envelope,
    expected: {
      callType: content.callType,
      sfuRoomName: content.roomId,
      sessionId: content.sessionId,
      userDid: signer.did,
      matrixRoomId: ROOM,
      matrixSender: ALICE,
      matrixOracle: ORACLE,
      ringEventId: undefined,
    },
    userKey: signer,
    oracle: oracle.keys,
    now: clock.now(),
    envelopePrivateKey: oracle.envelope.privateKey,
  });
  const connection: FakeSfuConnection = sfu.last;
  const attempts: ConfirmedAttempt[] = [];
  const heard: DataPayload[] = [];
  const sendingKeys: Uint8Array[] = [];
  const link = new AgentLink({
    clock,
    frameKeys: {
      installReceiving: async () => undefined,
      switchSending: async (_slot, key) => void sendingKeys.push(key.expose().slice()),
      retire: async () => undefined,
    },
    send: async (frame) => connection.say(frame, 'agent-1'),
    events: {
      confirmed: (attempt) => void attempts.push(attempt),
      superseded: () => undefined,
      peerReady: () => undefined,
      rekeyed: () => undefined,
      payload: (payload) => void heard.push(payload),
      refused: () => undefined,
      failed: () => undefined,
      stalled: () => undefined,
    },
    handshake: {
      contextHash: envelope.contextHash,
      envelopeSignature: envelope.signature,
      callId: content.callId ?? '',
      callKey,
      userCommitment: envelope.context.comparisonCommitment,
      identitySigner: createEd25519Signer(signsWith),
      callVerifier: createEd25519Verifier(envelope.context.callPublicKey),
      hearing,
    },
  });
  connection.onFrame = ({ frame }) => link.receive(frame, 'caller');
  connection.join('agent-1');
  connection.speak('agent-1');
  const begin = (attempt: number) => link.begin({ attempt, userIdentity: 'caller', agentIdentity: 'agent-1' });
  return { link, begin, attempts, heard, sendingKeys };
}

test('caller and agent prove themselves to each other, share keys per direction and show the same code', async () => {
  const oracle = createIdentity();
  const scene = await realCall(oracle);
  const agent = await joinAsAgent(scene, oracle);
  await agent.begin(1);
  await vi.waitFor(() => expect(scene.call.state.kind).toBe('Live'), PATIENCE);
  await vi.waitFor(() => expect(agent.attempts).toHaveLength(1), PATIENCE);
  expect(scene.call.security.comparisonCode?.raw).toBe(agent.attempts[0]?.comparisonCode);
  const receiving = scene.sfu.last.receivingKeys.get('agent-1')?.map(({ key }) => key);
  expect(receiving).toEqual(agent.sendingKeys);
  expect(scene.sfu.last.sendingKey?.key).not.toEqual(receiving?.[0]);

  await scene.call.sendChat('Good day');
  await vi.waitFor(() => expect(agent.heard).toContainEqual(expect.objectContaining({ text: 'Good day' })), PATIENCE);
  await agent.link.send({ id: createPayloadId(), kind: 'chat', text: 'And to you', sentAt: 1 });
  const answer = { kind: 'chat', text: 'And to you', sentAt: 1 };
  await vi.waitFor(() => expect(scene.notices).toContainEqual(answer), PATIENCE);

  const code = scene.call.security.comparisonCode?.raw;
  await agent.begin(2);
  await vi.waitFor(() => expect(agent.attempts).toHaveLength(2), PATIENCE);
  await vi.waitFor(() => expect(scene.call.security.comparisonCode).toBeDefined(), PATIENCE);
  expect(scene.call.security.comparisonCode?.raw).not.toBe(code);

  const ended = scene.call.endCall();
  await vi.waitFor(() => expect(agent.heard).toContainEqual(expect.objectContaining({ action: 'hang-up' })), PATIENCE);
  await ended;
  agent.link.close();
  expect(scene.leftOpen()).toEqual([]);
});

test('who hears the call is known when it goes live, and an agent that starts again with more listeners is told of', async () => {
  const oracle = createIdentity();
  const scene = await realCall(oracle);
  expect(scene.call.security.hearing).toBeUndefined();
  const keysWhenTold: unknown[] = [];
  scene.call.on('security', ({ security }) => {
    if (security.hearing !== undefined) keysWhenTold.push(scene.sfu.last.sendingKey);
  });
  const agent = await joinAsAgent(scene, oracle);
  await agent.begin(1);
  await vi.waitFor(() => expect(scene.call.state.kind).toBe('Live'), PATIENCE);
  expect(scene.call.security.hearing).toEqual(HEARD_HERE);
  // Before there was a key under which anything could be captured.
  expect(keysWhenTold[0]).toBeUndefined();
  expect(keysWhenTold.length).toBeGreaterThan(0);
  agent.link.close();
  const current = { ...HEARD_HERE, recognition: placeOf('https://api.example.com', ['audio']) };
  const restarted = await joinAsAgent(scene, oracle, { hearing: current });
  await restarted.begin(2);
  const notice = { kind: 'hearingChanged', previous: HEARD_HERE, current, change: 'wider' };
  await vi.waitFor(() => expect(scene.notices).toContainEqual(notice), PATIENCE);
  expect(scene.call.security.hearing).toEqual(current);
  await scene.call.endCall();
  restarted.link.close();
});

test('who has the call key but not the identity key is never taken for the oracle', async () => {
  const oracle = createIdentity();
  const scene = await realCall(oracle);
  const impostor = await joinAsAgent(scene, oracle, { signsWith: SecretBytes.random(32, 'another identity') });
  const seen = vi.spyOn(scene.sfu.last, 'admit');
  await impostor.begin(1);
  await vi.waitFor(() => expect(scene.refused).toContain('ERR_HANDSHAKE_SIGNATURE'), PATIENCE);
  await scene.clock.advance(20_000);
  expect(seen).not.toHaveBeenCalled();
  expect(impostor.attempts).toEqual([]);
  expect(scene.call.state).toMatchObject({ kind: 'Ended', error: { code: 'ERR_HANDSHAKE_TIMEOUT' } });
  impostor.link.close();
});

test('an offer whose sender the SFU does not name is refused', async () => {
  const oracle = createIdentity();
  const scene = await realCall(oracle);
  const agent = await joinAsAgent(scene, oracle);
  const say = scene.sfu.last.say.bind(scene.sfu.last);
  scene.sfu.last.say = (frame) => say(frame, undefined);
  await agent.begin(1);
  await vi.waitFor(() => expect(scene.refused).toContain('ERR_DATA_SENDER'), PATIENCE);
  await scene.clock.advance(20_000);
  expect(agent.attempts).toEqual([]);
  expect(scene.call.state).toMatchObject({ kind: 'Ended', error: { code: 'ERR_HANDSHAKE_TIMEOUT' } });
  agent.link.close();
});
