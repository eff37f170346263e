import { SecretBytes } from '@oracle-calls/protocol';
import { comparisonCode } from '@oracle-calls/protocol/comparison-code';
import { readOracleKeys } from '@oracle-calls/protocol/did';
import { parseOracleKeyFile } from '@oracle-calls/protocol/envelope';
import {
  AgentHandshake,
  commitmentTo,
  createXWingKeyPair,
  decapsulateXWing,
  encodeConfirm,
  encodeOffer,
  offerHash,
  signHash,
  systemEntropy,
  UserHandshake,
} from '@oracle-calls/protocol/handshake';
import { HEARD_HERE } from '@oracle-calls/protocol/hearing';
import { confirmationTag, Epoch } from '@oracle-calls/protocol/key-schedule';
import { ownOracleKeys } from '@oracle-calls/protocol/signed-envelope';
import { createEd25519Verifier } from '@oracle-calls/protocol/signing';
import type { DIDDocument } from 'did-resolver';
import { createCallId, didSchema, parseMatrixEventId, parseWith } from '@oracle-calls/protocol';
import { sealHandshakeMessage } from '../handshake-seal.ts';
import { refused, succeeded, type Attack } from '../attack.ts';
import { createOracleParts } from '../room/oracle-keys.ts';
import { createUserCall } from '../room/user-call.ts';
import { IDENTITIES } from './ends-lines.ts';
import { fromHex, type CarriedFrame, type LinkAttackScene } from './link-attack-scene.ts';

/** Place of the epoch and of the counter in a data frame's header, and of the kind of what it carries (`docs/protocol.md`). */
const [EPOCH_AT, COUNTER_AT, KIND_AT] = [6, 10, 14];
const CAPTION_KIND = 2;

/** Ten digits cannot be ground in a test: with and without the defence there are five. */
const CODE_DIGITS = 5;
const FEWER_DIGITS = {
  file: 'packages/protocol/src/comparison-code/comparison-code.ts',
  find: 'export const COMPARISON_CODE_DIGITS = 10;',
  replace: `export const COMPARISON_CODE_DIGITS = ${CODE_DIGITS};`,
};
/** Of a full code, since both are one number modulo a power of ten. */
const shortened = (code: string): string => code.slice(-CODE_DIGITS);

/** Who carries the frames, and keeps, repeats and makes some. */
export const networkAttacks: readonly Attack<LinkAttackScene>[] = [
  {
    name: 'attack: data replayed into a later epoch',
    refusedBy: 'ERR_DATA_REPLAYED',
    twin: {
      without: 'the strict order of data over all epochs',
      parts: ['agent', 'page'],
      patches: [
        {
          file: 'packages/protocol/src/data-frame/data-receiver.ts',
          find: "if (order <= 0) throw new OracleCallError('ERR_DATA_REPLAYED');",
          replace: 'void order;',
        },
      ],
    },
    async run(scene) {
      await using ends = scene.ends();
      await ends.begin();
      const kept = Promise.withResolvers<CarriedFrame>();
      ends.carries = (frame) => {
        if (frame.from !== 'agent' || frame.kind !== 'data' || frame.bytes[KIND_AT] !== CAPTION_KIND) return true;
        kept.resolve(frame);
        return false;
      };
      ends.tell({ do: 'caption', text: 'of the first epoch' });
      const frame = await kept.promise;
      ends.carries = () => true;
      await ends.rekey(2);
      ends.tell({ do: 'caption', text: 'of the second epoch' });
      await ends.until('payload', ({ text }) => text === 'of the second epoch');
      // As it was, and again as if it were of the later epoch and the newest there.
      const relabelled = new Uint8Array(frame.bytes);
      new DataView(relabelled.buffer).setUint32(EPOCH_AT, 2);
      new DataView(relabelled.buffer).setUint32(COUNTER_AT, 1_000);
      const codes: string[] = [];
      for (const bytes of [frame.bytes, relabelled]) {
        const from = ends.lines.length;
        ends.deliver({ from: 'agent', bytes });
        const line = await ends.untilEither(['payload', 'refused'], 'user', from);
        if (line.said === 'payload') return succeeded(`in the second epoch the user was shown: ${line.text}`);
        codes.push(line.code);
      }
      return refused(codes[0] ?? 'nothing', `the frame of before was refused; with a new header by ${codes[1]}`);
    },
  },
  {
    name: 'attack: comparison code ground to match',
    refusedBy: 'ERR_HANDSHAKE_COMMITMENT',
    twin: {
      without: 'the agent’s commitment to its nonce',
      parts: ['page'],
      patches: [
        {
          file: 'packages/protocol/src/handshake/user-handshake.ts',
          find: 'checkCommitment(agentNonce, agentCommitment);',
          replace: 'void agentCommitment;',
        },
      ],
    },
    async run(scene) {
      // With the real oracle the attacker has shaken hands as a caller: that code is to be shown to the user as well.
      const wanted = shortened(await honestCode());
      // The registry gave the user the attacker's keys for the oracle's.
      await using ends = scene.ends([FEWER_DIGITS]);
      const call = await ends.until('call');
      const { identitySigner } = ownOracleKeys(
        parseOracleKeyFile(call.keyFile),
        readOracleKeys(JSON.parse(call.document) as DIDDocument),
      );
      const callKey = new SecretBytes(fromHex(call.callKey), 'opened call key');
      const { publicKey: ephemeralPublicKey, seed } = createXWingKeyPair();
      const offer = {
        userIdentity: IDENTITIES.user,
        agentIdentity: IDENTITIES.agent,
        hearing: HEARD_HERE,
        agentCommitment: commitmentTo(systemEntropy.randomBytes(32)),
        ephemeralPublicKey,
      };
      const facts = { callId: call.callId, contextHash: fromHex(call.contextHash) };
      const binding = { ...facts, envelopeSignature: fromHex(call.envelopeSignature), attempt: 1, ...offer };
      const signature = await signHash(identitySigner, 'offer signature', offerHash(binding));
      const place = { attempt: 1, epoch: 1 };
      const seal = (kind: 'offer' | 'confirm', body: Uint8Array): Uint8Array<ArrayBuffer> =>
        sealHandshakeMessage(callKey, { kind, ...place }, body);
      const offerFrame = seal('offer', encodeOffer({ ...offer, signature }));
      const accepted = ends.until('frame', ({ from }) => from === 'user');
      ends.carries = () => false;
      ends.frames.push({ from: 'agent', kind: 'offer', bytes: offerFrame });
      ends.deliver({ from: 'agent', bytes: offerFrame });
      await accepted;
      const { binding: full, transcript } = await ends.readHandshake();
      const sharedSecret = decapsulateXWing(full.encapsulation, seed);
      const epoch = new Epoch({ chainKey: callKey, sharedSecret, transcript, ...place });
      // Now that everything else is fixed, a nonce is sought whose code is the wanted one.
      const agentNonce = grind(
        (nonce) => shortened(comparisonCode({ transcript, userNonce: full.userNonce, agentNonce: nonce })) === wanted,
      );
      const body = encodeConfirm({
        agentNonce,
        signature: await signHash(identitySigner, 'confirm signature', transcript),
        tag: confirmationTag(epoch.agentConfirm, transcript),
      });
      const from = ends.lines.length;
      ends.deliver({ from: 'agent', bytes: seal('confirm', body) });
      const line = await ends.untilEither(['confirmed', 'refused'], 'user', from);
      if (line.said === 'refused') return refused(line.code, 'the sought nonce is not the one that was committed to');
      return line.code === wanted
        ? succeeded(`both ends of the attacker show ${wanted}`)
        : refused('nothing', `the user sees ${line.code}, not ${wanted}`);
    },
  },
];

function grind(fits: (nonce: Uint8Array) => boolean): Uint8Array<ArrayBuffer> {
  const nonce = systemEntropy.randomBytes(32);
  const counter = new DataView(nonce.buffer);
  for (let tries = 0; tries < 10 ** CODE_DIGITS * 20; tries += 1) {
    counter.setUint32(0, tries);
    if (fits(nonce)) return nonce;
  }
  throw new Error('No nonce was found.');
}

/** The code of a call between a caller and the real oracle, both of which follow the protocol. */
async function honestCode(): Promise<string> {
  const names = { matrixUserId: '@oracle:localhost', backendUrl: 'http://127.0.0.1:1' };
  const oracle = createOracleParts({ did: parseWith(didSchema, 'did:ixo:oracle'), ...names });
  const { callKey, comparisonNonce, callSigner, facts, sealed } = await createUserCall({ oracle });
  const { context, contextHash, signature: envelopeSignature } = sealed.envelope;
  const callId = createCallId(parseMatrixEventId('$other'), facts.sfuRoomName);
  const binding = { contextHash, envelopeSignature, callId, callKey };
  const { user: userIdentity, agent: agentIdentity } = IDENTITIES;
  using user = new UserHandshake({
    ...binding,
    userIdentity,
    comparisonNonce,
    callSigner,
    oracleVerifier: createEd25519Verifier(oracle.keys.identityKey.publicKey),
  });
  using agent = new AgentHandshake({
    ...binding,
    userCommitment: context.comparisonCommitment,
    identitySigner: oracle.keys.identitySigner,
    callVerifier: createEd25519Verifier(context.callPublicKey),
    hearing: HEARD_HERE,
  });
  const offer = await agent.begin({ attempt: 1, userIdentity, agentIdentity });
  const accepted = await user.receive(offer, agentIdentity);
  if (accepted.kind !== 'accepted') throw new Error('The offer was not accepted.');
  const confirmed = await agent.receive(accepted.frame, userIdentity);
  if (confirmed.kind !== 'confirmed') throw new Error('The accept was not confirmed.');
  return confirmed.session.comparisonCode;
}
