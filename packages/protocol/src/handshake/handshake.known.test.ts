import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { expect, test } from 'vitest';
import vectors from '../../vectors/handshake.json' with { type: 'json' };
import { listedEntropy } from '../kem/listed-entropy.fixture.ts';
import type { Epoch } from '../key-schedule/key-schedule.ts';
import { SecretBytes } from '../secret-bytes.ts';
import { createEd25519Signer, createEd25519Verifier } from '../signing/ed25519.ts';
import { createEs256kSigner, createEs256kVerifier } from '../signing/es256k.ts';
import { AgentHandshake } from './agent-handshake.ts';
import { callHearingSchema } from '../hearing/call-hearing.ts';
import { encodeHearing } from '../hearing/hearing-layout.ts';
import { parseWith } from '../parse.ts';
import { codeOf } from './call.fixture.ts';
import { UserHandshake } from './user-handshake.ts';

type Vector = (typeof vectors.calls)[number];

const secret = (hex: string): SecretBytes => new SecretBytes(hexToBytes(hex), 'published test vector');

/** Both ends as the vector has them, with the vector's randomness. */
function endsOf(vector: Vector) {
  const isEd25519 = vector.identityAlgorithm === 'Ed25519';
  const identityKey = secret(vector.identityPrivateKeyHex);
  const identityPublicKey = hexToBytes(vector.identityPublicKeyHex);
  const binding = {
    contextHash: hexToBytes(vector.contextHashHex),
    envelopeSignature: hexToBytes(vector.envelopeSignatureHex),
    callId: vector.callId,
    callKey: secret(vector.callKeyHex),
  };
  const { offer, accept, confirm } = vector;
  const agentEntropy = listedEntropy([offer.seedHex, offer.agentNonceHex, offer.saltHex, confirm.saltHex]);
  const userEntropy = listedEntropy([accept.encapsulationRandomHex, accept.saltHex]);
  const agent = new AgentHandshake({
    ...binding,
    userCommitment: hexToBytes(vector.userCommitmentHex),
    identitySigner: isEd25519 ? createEd25519Signer(identityKey) : createEs256kSigner(identityKey),
    callVerifier: createEd25519Verifier(hexToBytes(vector.callPublicKeyHex)),
    hearing: parseWith(callHearingSchema, vector.hearing),
    entropy: agentEntropy,
  });
  const user = new UserHandshake({
    ...binding,
    userIdentity: vector.userIdentity,
    comparisonNonce: secret(vector.userNonceHex),
    callSigner: createEd25519Signer(secret(vector.callPrivateKeyHex)),
    oracleVerifier: isEd25519 ? createEd25519Verifier(identityPublicKey) : createEs256kVerifier(identityPublicKey),
    entropy: userEntropy,
  });
  return { user, agent, agentEntropy, userEntropy };
}

const hexOf = (epoch: Epoch) => ({
  masterHex: bytesToHex(epoch.master.expose()),
  mediaUserToOracleHex: bytesToHex(epoch.keys.media['user-to-oracle'].expose()),
  mediaOracleToUserHex: bytesToHex(epoch.keys.media['oracle-to-user'].expose()),
  dataUserToOracleHex: bytesToHex(epoch.keys.data['user-to-oracle'].expose()),
  dataOracleToUserHex: bytesToHex(epoch.keys.data['oracle-to-user'].expose()),
});

test.each(vectors.calls)('$name: every message and key is the same', async (vector) => {
  const { user, agent, agentEntropy, userEntropy } = endsOf(vector);
  const { attempt, userIdentity, agentIdentity } = vector;
  const offer = await agent.begin({ attempt, userIdentity, agentIdentity });
  expect(bytesToHex(offer)).toBe(vector.offer.frameHex);
  const accepted = await user.receive(offer, agentIdentity);
  if (accepted.kind !== 'accepted') throw new Error(codeOf(accepted));
  expect(bytesToHex(accepted.frame)).toBe(vector.accept.frameHex);
  const confirmed = await agent.receive(accepted.frame, userIdentity);
  if (confirmed.kind !== 'confirmed') throw new Error(codeOf(confirmed));
  expect(bytesToHex(confirmed.frame)).toBe(vector.confirm.frameHex);
  const done = await user.receive(confirmed.frame, agentIdentity);
  if (done.kind !== 'confirmed') throw new Error(codeOf(done));
  expect(bytesToHex(encodeHearing(done.session.hearing))).toBe(vector.offer.hearingHex);
  for (const { session } of [confirmed, done]) {
    expect(session.hearing).toEqual(vector.hearing);
    expect(bytesToHex(session.first.transcript)).toBe(vector.accept.transcriptHex);
    expect(vector.epoch).toMatchObject(hexOf(session.first));
    expect(session.comparisonCode).toBe(vector.comparisonCode);
  }
  expect([agentEntropy.left, userEntropy.left]).toEqual([0, 0]);
});

test.each(vectors.rejected)('$call, $name', async ({ call, to, after, sender, frameHex, code }) => {
  const vector = vectors.calls.find(({ name }) => name === call);
  if (vector === undefined) throw new Error(call);
  const { user, agent } = endsOf(vector);
  const { attempt, userIdentity, agentIdentity } = vector;
  if (after === 'offer') {
    const offer = await agent.begin({ attempt, userIdentity, agentIdentity });
    expect(codeOf(await user.receive(offer, agentIdentity))).toBe('accepted');
  }
  const end = to === 'user' ? user : agent;
  const state = end.state;
  expect(codeOf(await end.receive(hexToBytes(frameHex), sender))).toBe(code);
  expect(end.state).toBe(state);
});

test('there are rejected examples of every message', () => {
  for (const { name: call } of vectors.calls) {
    for (const message of ['offer', 'accept', 'confirm']) {
      const rows = vectors.rejected.filter((row) => row.call === call && row.name.startsWith(message));
      expect(rows.length).toBeGreaterThanOrEqual(7);
    }
  }
});
