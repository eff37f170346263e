/** Makes handshake.json: whole handshakes with fixed keys and randomness, and messages that must be refused. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { commitmentTo } from '../../src/comparison-code/comparison-code.ts';
import { AgentHandshake } from '../../src/handshake/agent-handshake.ts';
import {
  AGENT,
  ed25519Pair,
  es256kPair,
  fixedBytes,
  fixedEntropy,
  fixedSecret,
  USER,
} from '../../src/handshake/call.fixture.ts';
import {
  decodeAccept,
  decodeConfirm,
  decodeOffer,
  encodeAccept,
  encodeConfirm,
  encodeOffer,
} from '../../src/handshake/messages.ts';
import { openMessage } from '../../src/handshake/sealing.ts';
import { offerHash } from '../../src/handshake/transcript.ts';
import { UserHandshake } from '../../src/handshake/user-handshake.ts';
import { HEARD_HERE, type CallHearing } from '../../src/hearing/call-hearing.ts';
import { encodeHearing } from '../../src/hearing/hearing-layout.ts';
import { recordedEntropy } from '../../src/kem/listed-entropy.fixture.ts';
import { decapsulateXWing } from '../../src/kem/x-wing.ts';
import { SecretBytes } from '../../src/secret-bytes.ts';
import { refusedOf } from './handshake-refused.ts';
import { epochRows } from './key-schedule.ts';

/** Every kind of place and of what is sent. */
const HEARD_ELSEWHERE: CallHearing = {
  recognition: { where: 'sent-to', host: 'xn--bcher-kva.example:8443', what: ['audio'] },
  languageModel: { where: 'sent-to', host: '[2001:db8::7]', what: ['audio', 'text'] },
  speech: { where: 'this-machine' },
  pictures: { where: 'sent-to', host: 'api.example.com', what: ['text', 'pictures'] },
  remembers: true,
};

interface CallToMake {
  readonly name: string;
  readonly algorithm: 'Ed25519' | 'ES256K';
  readonly attempt: number;
  readonly callId: string;
  readonly hearing: CallHearing;
}

export async function makeCall({ name, algorithm, attempt, callId, hearing }: CallToMake) {
  const identityKey = fixedBytes(`${name} identity`);
  const callPrivateKey = fixedBytes(`${name} per-call key`);
  const identity = algorithm === 'Ed25519' ? ed25519Pair(`${name} identity`) : es256kPair(`${name} identity`);
  const perCall = ed25519Pair(`${name} per-call key`);
  const callKey = fixedSecret(`${name} call key`);
  const comparisonNonce = fixedSecret(`${name} nonce`);
  const binding = {
    contextHash: fixedBytes(`${name} context`),
    envelopeSignature: new Uint8Array([...fixedBytes(`${name} r`), ...fixedBytes(`${name} s`)]),
    callId,
  };
  const [userEntropy, agentEntropy] = [
    recordedEntropy(fixedEntropy(`${name} user`)),
    recordedEntropy(fixedEntropy(`${name} agent`)),
  ];
  const user = new UserHandshake({
    ...binding,
    callKey,
    userIdentity: USER,
    comparisonNonce,
    callSigner: perCall.signer,
    oracleVerifier: identity.verifier,
    entropy: userEntropy,
  });
  const agent = new AgentHandshake({
    ...binding,
    callKey,
    userCommitment: commitmentTo(comparisonNonce.expose()),
    identitySigner: identity.signer,
    callVerifier: perCall.verifier,
    hearing,
    entropy: agentEntropy,
  });
  const offerFrame = await agent.begin({ attempt, userIdentity: USER, agentIdentity: AGENT });
  const accepted = await user.receive(offerFrame, AGENT);
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  const confirmed = await agent.receive(accepted.frame, USER);
  if (confirmed.kind !== 'confirmed') throw new Error(confirmed.kind);
  const done = await user.receive(confirmed.frame, AGENT);
  if (done.kind !== 'confirmed') throw new Error(done.kind);
  const offer = decodeOffer(await openMessage(callKey, offerFrame));
  const accept = decodeAccept(await openMessage(callKey, accepted.frame));
  const confirm = decodeConfirm(await openMessage(callKey, confirmed.frame));
  const { session } = done;
  const [seedHex = '', agentNonceHex = '', offerSaltHex = '', confirmSaltHex = ''] = agentEntropy.given;
  const [encapsulationRandomHex = '', acceptSaltHex = ''] = userEntropy.given;
  const offerBinding = { ...binding, ...offer, attempt };
  const row = {
    name,
    identityAlgorithm: algorithm,
    identityPrivateKeyHex: bytesToHex(identityKey),
    identityPublicKeyHex: bytesToHex(
      algorithm === 'Ed25519' ? ed25519.getPublicKey(identityKey) : secp256k1.getPublicKey(identityKey),
    ),
    callPrivateKeyHex: bytesToHex(callPrivateKey),
    callPublicKeyHex: bytesToHex(ed25519.getPublicKey(callPrivateKey)),
    contextHashHex: bytesToHex(binding.contextHash),
    envelopeSignatureHex: bytesToHex(binding.envelopeSignature),
    callId,
    callKeyHex: bytesToHex(callKey.expose()),
    userNonceHex: bytesToHex(comparisonNonce.expose()),
    userCommitmentHex: bytesToHex(commitmentTo(comparisonNonce.expose())),
    attempt,
    userIdentity: USER,
    agentIdentity: AGENT,
    hearing,
    offer: {
      hearingHex: bytesToHex(encodeHearing(hearing)),
      seedHex,
      agentNonceHex,
      saltHex: offerSaltHex,
      ephemeralPublicKeyHex: bytesToHex(offer.ephemeralPublicKey),
      agentCommitmentHex: bytesToHex(offer.agentCommitment),
      offerHashHex: bytesToHex(offerHash(offerBinding)),
      signatureHex: bytesToHex(offer.signature),
      bodyHex: bytesToHex(encodeOffer(offer)),
      frameHex: bytesToHex(offerFrame),
    },
    accept: {
      encapsulationRandomHex,
      saltHex: acceptSaltHex,
      encapsulationHex: bytesToHex(accept.encapsulation),
      sharedSecretHex: bytesToHex(
        decapsulateXWing(accept.encapsulation, new SecretBytes(hexToBytes(seedHex), 'vector')).expose(),
      ),
      transcriptHex: bytesToHex(session.first.transcript),
      signatureHex: bytesToHex(accept.signature),
      tagHex: bytesToHex(accept.tag),
      bodyHex: bytesToHex(encodeAccept(accept)),
      frameHex: bytesToHex(accepted.frame),
    },
    confirm: {
      saltHex: confirmSaltHex,
      signatureHex: bytesToHex(confirm.signature),
      tagHex: bytesToHex(confirm.tag),
      bodyHex: bytesToHex(encodeConfirm(confirm)),
      frameHex: bytesToHex(confirmed.frame),
    },
    epoch: epochRows(session.first),
    comparisonCode: session.comparisonCode,
  };
  return { row, binding, offerBinding, offer, accept, confirm, callKey, identity, perCall };
}

export async function makeHandshakeVectors() {
  const calls = [
    await makeCall({
      name: 'an oracle with an Ed25519 identity key',
      algorithm: 'Ed25519',
      attempt: 1,
      callId: '$event@lk-00112233445566778899aabbccddeeff',
      hearing: HEARD_HERE,
    }),
    await makeCall({
      name: 'an oracle with an ES256K identity key, seventh attempt',
      algorithm: 'ES256K',
      attempt: 7,
      callId: '$Zm9v_-@a',
      hearing: HEARD_ELSEWHERE,
    }),
  ];
  return {
    about: 'The three messages of the handshake with fixed keys and randomness; docs/protocol.md, "Handshake".',
    calls: calls.map(({ row }) => row),
    rejected: (await Promise.all(calls.map(refusedOf))).flat(),
  };
}
