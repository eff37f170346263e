/** What the Python package made (`vectors/by-python`): every accepted row is accepted here, every rejected one refused with the same code. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import dataFrames from '../vectors/by-python/data-frames.json' with { type: 'json' };
import documents from '../vectors/by-python/did-documents.json' with { type: 'json' };
import handshake from '../vectors/by-python/handshake.json' with { type: 'json' };
import rekey from '../vectors/by-python/rekey.json' with { type: 'json' };
import { DataReceiver } from './data-frame/data-receiver.ts';
import { saidBy } from './data-frame/data.fixture.ts';
import { readOracleKeys } from './did/call-keys.ts';
import { readKeyRotations, readMatrixUserId } from './did/document-services.ts';
import { readDocument } from './did/resolution.ts';
import { isOracleCallError } from './errors/oracle-call-error.ts';
import { AgentHandshake } from './handshake/agent-handshake.ts';
import { CallSession } from './handshake/call-session.ts';
import { codeOf } from './handshake/call.fixture.ts';
import { UserHandshake } from './handshake/user-handshake.ts';
import { callHearingSchema, HEARD_HERE } from './hearing/call-hearing.ts';
import { listedEntropy } from './kem/listed-entropy.fixture.ts';
import { comparisonCode } from './comparison-code/comparison-code.ts';
import { Epoch } from './key-schedule/key-schedule.ts';
import type { MediaDirection } from './key-schedule/media-direction.ts';
import { AgentRekey } from './rekey/agent-rekey.ts';
import { frameOf } from './rekey/rekey.fixture.ts';
import { UserRekey } from './rekey/user-rekey.ts';
import { parseWith } from './parse.ts';
import { SecretBytes } from './secret-bytes.ts';
import { createEd25519Signer, createEd25519Verifier } from './signing/ed25519.ts';
import { createEs256kSigner, createEs256kVerifier } from './signing/es256k.ts';

const secret = (hex: string): SecretBytes => new SecretBytes(hexToBytes(hex), 'published test vector');
const signerOf = (algorithm: string, hex: string) =>
  algorithm === 'Ed25519' ? createEd25519Signer(secret(hex)) : createEs256kSigner(secret(hex));
const verifierOf = (algorithm: string, hex: string) =>
  algorithm === 'Ed25519' ? createEd25519Verifier(hexToBytes(hex)) : createEs256kVerifier(hexToBytes(hex));

/** The value, or the code of the refusal. */
function saidOrCode<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (isOracleCallError(error)) return error.code;
    throw error;
  }
}

describe('handshake:', () => {
  type Call = (typeof handshake.calls)[number];
  const callOf = (name: string): Call => {
    const call = handshake.calls.find((one) => one.name === name);
    if (call === undefined) throw new Error(name);
    return call;
  };

  /** The agent has the vector's randomness, the user its own: its encapsulation cannot be Python's. */
  function endsOf(call: Call) {
    const { offer, confirm, identityAlgorithm } = call;
    const binding = {
      contextHash: hexToBytes(call.contextHashHex),
      envelopeSignature: hexToBytes(call.envelopeSignatureHex),
      callId: call.callId,
      callKey: secret(call.callKeyHex),
    };
    const agent = new AgentHandshake({
      ...binding,
      userCommitment: hexToBytes(call.userCommitmentHex),
      identitySigner: signerOf(identityAlgorithm, call.identityPrivateKeyHex),
      callVerifier: createEd25519Verifier(hexToBytes(call.callPublicKeyHex)),
      hearing: parseWith(callHearingSchema, call.hearing),
      entropy: listedEntropy([offer.seedHex, offer.agentNonceHex, offer.saltHex, confirm.saltHex]),
    });
    const user = new UserHandshake({
      ...binding,
      userIdentity: call.userIdentity,
      comparisonNonce: secret(call.userNonceHex),
      callSigner: createEd25519Signer(secret(call.callPrivateKeyHex)),
      oracleVerifier: verifierOf(identityAlgorithm, call.identityPublicKeyHex),
    });
    return { agent, user };
  }

  test.each(handshake.calls)('$name', async (call) => {
    const { agent, user } = endsOf(call);
    const { attempt, userIdentity, agentIdentity, accept, epoch } = call;
    expect(bytesToHex(await agent.begin({ attempt, userIdentity, agentIdentity }))).toBe(call.offer.frameHex);
    expect(codeOf(await user.receive(hexToBytes(call.offer.frameHex), agentIdentity))).toBe('accepted');
    const confirmed = await agent.receive(hexToBytes(accept.frameHex), userIdentity);
    if (confirmed.kind !== 'confirmed') throw new Error(codeOf(confirmed));
    expect(bytesToHex(confirmed.frame)).toBe(call.confirm.frameHex);
    const { first, hearing, comparisonCode: code } = confirmed.session;
    expect(hearing).toEqual(call.hearing);
    expect(bytesToHex(first.transcript)).toBe(accept.transcriptHex);
    expect(code).toBe(call.comparisonCode);
    expect({
      masterHex: bytesToHex(first.master.expose()),
      rekeySealHex: bytesToHex(first.rekeySeal.expose()),
      mediaUserToOracleHex: bytesToHex(first.keys.media['user-to-oracle'].expose()),
      dataOracleToUserHex: bytesToHex(first.keys.data['oracle-to-user'].expose()),
    }).toEqual({
      masterHex: epoch.masterHex,
      rekeySealHex: epoch.rekeySealHex,
      mediaUserToOracleHex: epoch.mediaUserToOracleHex,
      dataOracleToUserHex: epoch.dataOracleToUserHex,
    });
  });

  test.each(handshake.rejected)('$call, $name', async ({ call: name, to, after, sender, frameHex, code }) => {
    const call = callOf(name);
    const { agent, user } = endsOf(call);
    const { attempt, userIdentity, agentIdentity } = call;
    if (after === 'offer') {
      await user.receive(await agent.begin({ attempt, userIdentity, agentIdentity }), agentIdentity);
    }
    const end = to === 'user' ? user : agent;
    const state = end.state;
    expect(codeOf(await end.receive(hexToBytes(frameHex), sender))).toBe(code);
    expect(end.state).toBe(state);
  });
});

describe('rekey:', () => {
  const { attempt, userIdentity, agentIdentity, identityAlgorithm } = rekey;

  function session(): CallSession {
    const { chainKeyHex, sharedSecretHex, transcriptHex } = rekey.first;
    const transcript = hexToBytes(transcriptHex);
    const secrets = { chainKey: secret(chainKeyHex), sharedSecret: secret(sharedSecretHex) };
    const code = comparisonCode({ transcript, userNonce: transcript, agentNonce: transcript });
    const facts = { userIdentity, agentIdentity, comparisonCode: code, hearing: HEARD_HERE };
    return new CallSession(new Epoch({ ...secrets, transcript, attempt, epoch: 1 }), facts);
  }

  function ends() {
    const random = rekey.exchanges.flatMap(({ offer, confirm }) => [offer.seedHex, offer.saltHex, confirm.saltHex]);
    const agent = new AgentRekey({
      session: session(),
      identitySigner: signerOf(identityAlgorithm, rekey.identityPrivateKeyHex),
      callVerifier: createEd25519Verifier(hexToBytes(rekey.callPublicKeyHex)),
      entropy: listedEntropy(random),
    });
    const user = new UserRekey({
      session: session(),
      callSigner: createEd25519Signer(secret(rekey.callPrivateKeyHex)),
      oracleVerifier: verifierOf(identityAlgorithm, rekey.identityPublicKeyHex),
    });
    return { agent, user };
  }

  test('three chained rekeys', async () => {
    const { agent, user } = ends();
    for (const [index, { epoch, offer, accept, confirm, keys }] of rekey.exchanges.entries()) {
      expect(bytesToHex(frameOf(await agent.begin()))).toBe(offer.frameHex);
      // The user's own encapsulation leads to another second epoch than Python's.
      if (index === 0) {
        expect(codeOf(await user.receive(hexToBytes(offer.frameHex), agentIdentity))).toBe('steps');
      }
      const confirmed = await agent.receive(hexToBytes(accept.frameHex), userIdentity);
      expect(bytesToHex(frameOf(confirmed))).toBe(confirm.frameHex);
      const step = confirmed.kind === 'steps' ? confirmed.steps.find((one) => one.do === 'switch-send') : undefined;
      if (step?.do !== 'switch-send') throw new Error('Nothing is switched to.');
      expect(bytesToHex(step.keys.media['oracle-to-user'].expose())).toBe(keys.mediaOracleToUserHex);
      expect(bytesToHex(step.keys.data['user-to-oracle'].expose())).toBe(keys.dataUserToOracleHex);
      agent.peerSwitched(epoch);
    }
  });

  test.each(rekey.rejected)('$name', async ({ to, after, sender, frameHex, code }) => {
    const { agent, user } = ends();
    if (after === 'offer') await user.receive(frameOf(await agent.begin()), agentIdentity);
    const end = to === 'user' ? user : agent;
    const state = end.state;
    expect(codeOf(await end.receive(hexToBytes(frameHex), sender))).toBe(code);
    expect(end.state).toBe(state);
  });
});

describe('data:', () => {
  type Sequence = (typeof dataFrames.sequences)[number];

  async function heard({ direction, attempt, epoch, frames, ...inputs }: Sequence) {
    const secrets = { chainKey: secret(inputs.chainKeyHex), sharedSecret: secret(inputs.sharedSecretHex) };
    const receiver = new DataReceiver(direction as MediaDirection);
    receiver.install(new Epoch({ ...secrets, transcript: hexToBytes(inputs.transcriptHex), attempt, epoch }).keys);
    const outcomes = [];
    for (const { frameHex } of frames) outcomes.push(await receiver.open(hexToBytes(frameHex)));
    return { receiver, outcomes };
  }

  test.each(dataFrames.sequences)('$name: every frame says what Python means', async (sequence) => {
    const { outcomes } = await heard(sequence);
    expect(
      outcomes.map((outcome) => (outcome.kind === 'payload' ? [outcome.missed, outcome.payload] : saidBy(outcome))),
    ).toEqual(sequence.frames.map(({ missed, payload }) => [missed, payload]));
  });

  test.each(dataFrames.rejected)('$sequence, then $name', async ({ sequence: name, frameHex, code }) => {
    const sequence = dataFrames.sequences.find((one) => one.name === name);
    if (sequence === undefined) throw new Error(name);
    const { receiver } = await heard(sequence);
    expect(saidBy(await receiver.open(hexToBytes(frameHex)))).toBe(code);
  });
});

describe('DID documents:', () => {
  test.each(documents.keys)('$name', ({ document: value, keys, code }) => {
    const document = readDocument(value.id, value);
    const read = saidOrCode(() => {
      const { envelopeKey, identityKey, areIndependent } = readOracleKeys(document);
      const { publicKey: envelopePublicKey, ...envelope } = envelopeKey;
      const { publicKey: identityPublicKey, ...identity } = identityKey;
      return {
        envelopeKey: { ...envelope, publicKeyHex: bytesToHex(envelopePublicKey) },
        identityKey: { ...identity, publicKeyHex: bytesToHex(identityPublicKey) },
        areIndependent,
      };
    });
    expect(read).toEqual(keys ?? code);
  });

  test.each(documents.services)('$name', ({ document: value, matrixUserId, keyRotations, code }) => {
    const document = readDocument(value.id, value);
    const read = saidOrCode(() => ({ account: readMatrixUserId(document), rotations: readKeyRotations(document) }));
    expect(read).toEqual(code ?? { account: matrixUserId, rotations: keyRotations });
  });
});
