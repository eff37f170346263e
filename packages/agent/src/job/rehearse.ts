import { AudioFrame, LocalAudioTrack } from '@livekit/rtc-node';
import { createCallKey, createSfuRoomName, SecretBytes, systemClock } from '@oracle-calls/protocol';
import { resolveUserKey } from '@oracle-calls/protocol/did';
import { rehearseLink } from '@oracle-calls/protocol/secure-link';
import { commitToNonce, openSignedEnvelope, sealSignedEnvelope } from '@oracle-calls/protocol/signed-envelope';
import type { CallFacts, OwnOracleKeys } from '@oracle-calls/protocol/signed-envelope';
import { createRawKeySigner } from '@oracle-calls/protocol/signing';
import type { DidResolver } from '../identity/did-resolver.ts';
import { rehearseGuard } from '@oracle-calls/node-media/guard';
import { rehearseBackend } from './backend/rehearse-backend.ts';
import { rehearseSeat, TrackSpeaker } from '@oracle-calls/node-media/seat';

/** Minutes are enough for a call that nobody has. */
const REHEARSAL_MS = 60_000;

/**
 * Does once, before a call, what a call's set-up will do: claims it, opens a signed envelope, exchanges keys, looks through signalling,
 * takes a seat. The first time costs some 400 ms (curve tables, schemas, the media library's start), and no caller should wait for
 * that. Also proves that the keys work.
 *
 * @throws {OracleCallError} `ERR_ENVELOPE_UNSUPPORTED` when a private key is none
 */
export async function rehearse(oracle: OwnOracleKeys, resolver: DidResolver): Promise<void> {
  using callKey = createCallKey();
  using privateKey = SecretBytes.random(32, 'rehearsal key');
  const now = systemClock.now();
  const facts: CallFacts = {
    callType: 'audio',
    sfuRoomName: createSfuRoomName(),
    sessionId: 'rehearsal',
    matrixRoomId: '!rehearsal:example.org',
    matrixSender: '@rehearsal:example.org',
    matrixOracle: '@rehearsal:example.org',
    callPublicKey: new Uint8Array(32),
    notBefore: now,
    notAfter: now + REHEARSAL_MS,
    comparisonCommitment: commitToNonce(new Uint8Array(32)),
  };
  const signer = createRawKeySigner({ algorithm: 'Ed25519', privateKey });
  const { envelope } = await sealSignedEnvelope({ callKey, call: facts, oracle, signer });
  const userKey = (await resolveUserKey(signer.did, signer.methodId, resolver)).signingKey;
  const expected = { ...facts, userDid: signer.did };
  const { envelopePrivateKey } = oracle;
  (await openSignedEnvelope({ envelope, expected, userKey, oracle, envelopePrivateKey, now })).destroy();
  await oracle.identitySigner.sign(new Uint8Array(32));
  await rehearseLink({ clock: systemClock, identityAlgorithm: oracle.identityKey.algorithm });

  const speaker = new TrackSpeaker();
  const track = LocalAudioTrack.createAudioTrack('rehearsal', speaker.source);
  await speaker.play(new AudioFrame(new Int16Array(0), speaker.sampleRate, 1, 0));
  await track.close();
  await speaker.close();

  rehearseGuard();
  await rehearseSeat();
  await rehearseBackend();
}
