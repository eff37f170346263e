/** Makes rekey.json: rekeys of a session with fixed keys and randomness, and messages that must be refused. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { ed25519 } from '@noble/curves/ed25519.js';
import { comparisonCode } from '../../src/comparison-code/comparison-code.ts';
import { CallSession } from '../../src/handshake/call-session.ts';
import {
  AGENT,
  ed25519Pair,
  fixedBytes,
  fixedEntropy,
  fixedSecret,
  flipBit,
  USER,
} from '../../src/handshake/call.fixture.ts';
import { openMessage, sealMessage } from '../../src/handshake/sealing.ts';
import { recordedEntropy } from '../../src/kem/listed-entropy.fixture.ts';
import { decapsulateXWing } from '../../src/kem/x-wing.ts';
import { Epoch } from '../../src/key-schedule/key-schedule.ts';
import { AgentRekey } from '../../src/rekey/agent-rekey.ts';
import {
  decodeRekeyAccept,
  decodeRekeyConfirm,
  decodeRekeyOffer,
  encodeRekeyAccept,
  encodeRekeyConfirm,
  encodeRekeyOffer,
  rekeyOfferHash,
  rekeyTranscriptHash,
} from '../../src/rekey/rekey-messages.ts';
import { frameOf } from '../../src/rekey/rekey.fixture.ts';
import { UserRekey } from '../../src/rekey/user-rekey.ts';
import { HEARD_HERE } from '../../src/hearing/call-hearing.ts';
import { SecretBytes } from '../../src/secret-bytes.ts';
import { signHash } from '../../src/signing/signed-hash.ts';
import { epochRows } from './key-schedule.ts';

const NAME = 'rekey vectors';
const ATTEMPT = 2;
const hex = bytesToHex;

function firstEpoch() {
  const [chainKey, sharedSecret] = [fixedSecret(`${NAME} chain`), fixedSecret(`${NAME} shared`)];
  return new Epoch({
    chainKey,
    sharedSecret,
    transcript: fixedBytes(`${NAME} transcript`),
    attempt: ATTEMPT,
    epoch: 1,
  });
}

function session(): CallSession {
  const first = firstEpoch();
  const { transcript } = first;
  const code = comparisonCode({ transcript, userNonce: transcript, agentNonce: transcript });
  return new CallSession(first, {
    userIdentity: USER,
    agentIdentity: AGENT,
    comparisonCode: code,
    hearing: HEARD_HERE,
  });
}

export async function makeRekeyVectors() {
  const [identity, perCall] = [ed25519Pair(`${NAME} identity`), ed25519Pair(`${NAME} per-call key`)];
  const [userEntropy, agentEntropy] = [
    recordedEntropy(fixedEntropy(`${NAME} user`)),
    recordedEntropy(fixedEntropy(`${NAME} agent`)),
  ];
  const user = new UserRekey({
    session: session(),
    callSigner: perCall.signer,
    oracleVerifier: identity.verifier,
    entropy: userEntropy,
  });
  const agent = new AgentRekey({
    session: session(),
    identitySigner: identity.signer,
    callVerifier: perCall.verifier,
    entropy: agentEntropy,
  });
  let previous = firstEpoch();
  const exchanges = [];
  const rejected = [];
  for (const epoch of [2, 3]) {
    const offerFrame = frameOf(await agent.begin());
    const acceptFrame = frameOf(await user.receive(offerFrame, AGENT));
    const confirmFrame = frameOf(await agent.receive(acceptFrame, USER));
    await user.receive(confirmFrame, AGENT);
    agent.peerSwitched(epoch);
    agent.graceOver(epoch - 1);
    user.graceOver(epoch - 1);
    const seal = previous.rekeySeal;
    const offer = decodeRekeyOffer(await openMessage(seal, offerFrame));
    const accept = decodeRekeyAccept(await openMessage(seal, acceptFrame));
    const confirm = decodeRekeyConfirm(await openMessage(seal, confirmFrame));
    const [seedHex = '', offerSaltHex = '', confirmSaltHex = ''] = agentEntropy.given.slice(-3);
    const [encapsulationRandomHex = '', acceptSaltHex = ''] = userEntropy.given.slice(-2);
    const sharedSecret = decapsulateXWing(accept.encapsulation, new SecretBytes(hexToBytes(seedHex), 'vector'));
    const binding = { previousTranscript: previous.transcript, epoch, ephemeralPublicKey: offer.ephemeralPublicKey };
    const transcript = rekeyTranscriptHash({ ...binding, encapsulation: accept.encapsulation });
    const next = new Epoch({ chainKey: previous.master, sharedSecret, transcript, attempt: ATTEMPT, epoch });
    exchanges.push({
      epoch,
      previousMasterHex: hex(previous.master.expose()),
      previousTranscriptHex: hex(previous.transcript),
      previousRekeySealHex: hex(seal.expose()),
      offer: {
        seedHex,
        saltHex: offerSaltHex,
        ephemeralPublicKeyHex: hex(offer.ephemeralPublicKey),
        offerHashHex: hex(rekeyOfferHash(binding)),
        bodyHex: hex(encodeRekeyOffer(offer)),
        frameHex: hex(offerFrame),
      },
      accept: {
        encapsulationRandomHex,
        saltHex: acceptSaltHex,
        sharedSecretHex: hex(sharedSecret.expose()),
        transcriptHex: hex(transcript),
        bodyHex: hex(encodeRekeyAccept(accept)),
        frameHex: hex(acceptFrame),
      },
      confirm: { saltHex: confirmSaltHex, bodyHex: hex(encodeRekeyConfirm(confirm)), frameHex: hex(confirmFrame) },
      keys: epochRows(next),
    });
    if (epoch === 2) {
      const entropy = fixedEntropy(`${NAME} refused`);
      const thief = ed25519Pair('thief').signer;
      const sealAs = async (
        kind: 'rekey-offer' | 'rekey-accept' | 'rekey-confirm',
        body: Uint8Array<ArrayBuffer>,
        key = seal,
      ) => hex(await sealMessage(key, { kind, attempt: ATTEMPT, epoch }, body, entropy));
      const change = (frame: Uint8Array, index: number, value: number): string => {
        const bytes = Uint8Array.from(frame);
        bytes[index] = value;
        return hex(bytes);
      };
      const unchained = { ...binding, previousTranscript: fixedBytes('another transcript') };
      const toUser = { to: 'user', sender: AGENT } as const;
      const steady = { ...toUser, after: 'nothing' } as const;
      const accepted = { ...toUser, after: 'offer' } as const;
      const toAgent = { to: 'agent', sender: USER, after: 'offer' } as const;
      rejected.push(
        {
          name: 'offer: a bit is changed',
          ...steady,
          frameHex: hex(flipBit(offerFrame, 1000)),
          code: 'ERR_HANDSHAKE_OPEN',
        },
        {
          name: 'offer: sealed under another secret',
          ...steady,
          frameHex: await sealAs('rekey-offer', encodeRekeyOffer(offer), fixedSecret('other')),
          code: 'ERR_HANDSHAKE_OPEN',
        },
        {
          name: 'offer: signed by another key',
          ...steady,
          frameHex: await sealAs(
            'rekey-offer',
            encodeRekeyOffer({
              ...offer,
              signature: await signHash(thief, 'rekey offer signature', rekeyOfferHash(binding)),
            }),
          ),
          code: 'ERR_HANDSHAKE_SIGNATURE',
        },
        {
          name: 'offer: signed over another transcript',
          ...steady,
          frameHex: await sealAs(
            'rekey-offer',
            encodeRekeyOffer({
              ...offer,
              signature: await signHash(identity.signer, 'rekey offer signature', rekeyOfferHash(unchained)),
            }),
          ),
          code: 'ERR_HANDSHAKE_SIGNATURE',
        },
        {
          name: 'offer: of an earlier attempt',
          ...steady,
          frameHex: change(offerFrame, 5, 1),
          code: 'ERR_HANDSHAKE_STALE',
        },
        {
          name: 'offer: of a later attempt',
          ...steady,
          frameHex: change(offerFrame, 5, 3),
          code: 'ERR_HANDSHAKE_ORDER',
        },
        {
          name: 'offer: of the current epoch',
          ...steady,
          frameHex: change(offerFrame, 9, 1),
          code: 'ERR_HANDSHAKE_STALE',
        },
        {
          name: 'offer: of an epoch after the next',
          ...steady,
          frameHex: change(offerFrame, 9, 3),
          code: 'ERR_HANDSHAKE_ORDER',
        },
        {
          name: 'offer: a second one for the same epoch',
          ...accepted,
          frameHex: await sealAs('rekey-offer', encodeRekeyOffer(offer)),
          code: 'ERR_HANDSHAKE_STALE',
        },
        {
          name: 'offer: a trailing byte in the body',
          ...steady,
          frameHex: await sealAs('rekey-offer', new Uint8Array([...encodeRekeyOffer(offer), 0])),
          code: 'ERR_HANDSHAKE_MALFORMED',
        },
        {
          name: 'accept: from somebody else',
          ...toAgent,
          sender: 'participant-stranger',
          frameHex: hex(acceptFrame),
          code: 'ERR_HANDSHAKE_IDENTITY',
        },
        {
          name: 'accept: signed by another key',
          ...toAgent,
          frameHex: await sealAs(
            'rekey-accept',
            encodeRekeyAccept({ ...accept, signature: await signHash(thief, 'rekey accept signature', transcript) }),
          ),
          code: 'ERR_HANDSHAKE_SIGNATURE',
        },
        {
          name: "accept: the agent's confirmation",
          ...toAgent,
          frameHex: await sealAs('rekey-accept', encodeRekeyAccept({ ...accept, tag: confirm.tag })),
          code: 'ERR_HANDSHAKE_CONFIRMATION',
        },
        { name: "accept: the agent's own offer", ...toAgent, frameHex: hex(offerFrame), code: 'ERR_HANDSHAKE_ORDER' },
        { name: 'confirm: before any offer', ...steady, frameHex: hex(confirmFrame), code: 'ERR_HANDSHAKE_ORDER' },
        {
          name: "confirm: the user's confirmation",
          ...accepted,
          frameHex: await sealAs('rekey-confirm', encodeRekeyConfirm({ ...confirm, tag: accept.tag })),
          code: 'ERR_HANDSHAKE_CONFIRMATION',
        },
        {
          name: 'confirm: signed by another key',
          ...accepted,
          frameHex: await sealAs(
            'rekey-confirm',
            encodeRekeyConfirm({ ...confirm, signature: await signHash(thief, 'rekey confirm signature', transcript) }),
          ),
          code: 'ERR_HANDSHAKE_SIGNATURE',
        },
        {
          name: 'confirm: cut',
          ...accepted,
          frameHex: await sealAs('rekey-confirm', encodeRekeyConfirm(confirm).slice(1)),
          code: 'ERR_HANDSHAKE_MALFORMED',
        },
      );
    }
    previous = next;
  }
  const secretHex = (name: string): string => hex(fixedBytes(`${NAME} ${name}`));
  return {
    about:
      'Two chained rekeys with fixed keys and randomness; docs/protocol.md, "Rekey". Rejected are messages of the first.',
    attempt: ATTEMPT,
    userIdentity: USER,
    agentIdentity: AGENT,
    identityPrivateKeyHex: secretHex('identity'),
    identityPublicKeyHex: hex(ed25519.getPublicKey(fixedBytes(`${NAME} identity`))),
    callPrivateKeyHex: secretHex('per-call key'),
    callPublicKeyHex: hex(ed25519.getPublicKey(fixedBytes(`${NAME} per-call key`))),
    first: {
      chainKeyHex: secretHex('chain'),
      sharedSecretHex: secretHex('shared'),
      transcriptHex: secretHex('transcript'),
    },
    exchanges,
    rejected,
  };
}
