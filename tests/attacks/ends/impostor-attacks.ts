import { parseCallId, SecretBytes, systemClock } from '@oracle-calls/protocol';
import { createPayloadId } from '@oracle-calls/protocol/data-frame';
import { readOracleKeys } from '@oracle-calls/protocol/did';
import type { AgentLink, SendFrame } from '@oracle-calls/protocol/secure-link';
import { parseSignedEnvelope, type SealedCall } from '@oracle-calls/protocol/signed-envelope';
import { createEd25519Signer, type Signer } from '@oracle-calls/protocol/signing';
import { until } from '../../system/agent/until.ts';
import { refused, succeeded, type Attack, type Outcome, type Twin } from '../attack.ts';
import { joinAsOracle, joinAsUser, type CallEnd } from '../room/call-ends.ts';
import { ORACLE_IDENTITY, USER_IDENTITY, type CallLeaks, type EndFacts } from './ends-messages.ts';
import type { EndsScene } from './ends-scene.ts';
import { bytesOf, documentOf, openEnvelope, openHandshake, secretOf } from './thief.ts';

const WORDS = 'my account number is 4711';
const CHANGED = 'my account number is 1234';
const ATTEMPT = { attempt: 1, userIdentity: USER_IDENTITY, agentIdentity: ORACLE_IDENTITY };

const newSigner = (): Signer => createEd25519Signer(SecretBytes.random(32, 'forged key'));

const unsignedOffers: Twin = {
  without: 'the oracle’s signatures in the handshake',
  parts: ['page'],
  patches: [
    {
      file: 'packages/protocol/src/handshake/user-handshake.ts',
      find: "await checkSignedHash(oracleVerifier, 'offer signature', offerHash(binding), offer.signature);",
      replace: 'void [oracleVerifier, offerHash];',
    },
    {
      file: 'packages/protocol/src/handshake/user-handshake.ts',
      find: "await checkSignedHash(this.#options.oracleVerifier, 'confirm signature', transcript, signature);",
      replace: 'void [signature, checkSignedHash];',
    },
  ],
};

/** Somebody in the SFU room, under the oracle's name there. */
interface Impostor {
  readonly end: CallEnd<AgentLink>;
  readonly sealed: SealedCall;
  /** What it has sent. */
  readonly frames: readonly Uint8Array<ArrayBuffer>[];
}

async function joinAsImpostor(
  scene: EndsScene,
  call: CallLeaks,
  callKey: SecretBytes,
  identitySigner: Signer,
): Promise<Impostor> {
  const sealed = { envelopeHex: call.envelopeHex, envelope: parseSignedEnvelope(call.envelopeHex) };
  const frames: Uint8Array<ArrayBuffer>[] = [];
  const wrapSend =
    (send: SendFrame): SendFrame =>
    async (frame, to) => {
      frames.push(new Uint8Array(frame));
      await send(frame, to);
    };
  const seat = { ...scene.sfu, sfuRoomName: call.sfuRoomName, identity: ORACLE_IDENTITY, wrapSend };
  const callId = parseCallId(call.callId);
  return { sealed, frames, end: await joinAsOracle({ seat, callId, call: { callKey, sealed }, identitySigner }) };
}

/** Of a frame that overtook the news of who had joined; the offer is sent again. */
const TOO_EARLY = 'ERR_DATA_SENDER';

/** Makes an offer; the code of the user's refusal, if that is what comes of it. */
async function offerTo(scene: EndsScene, { end }: Impostor): Promise<string | undefined> {
  const codeOf = ({ refusals }: EndFacts): string | undefined => refusals.find((code) => code !== TOO_EARLY);
  await end.link.begin(ATTEMPT);
  const facts = await scene.untilEnd(
    'user',
    (now) => now.isConfirmed || codeOf(now) !== undefined,
    'what the user makes of the offer',
  );
  return codeOf(facts);
}

const textsOf = ({ told }: Pick<CallEnd<unknown>, 'told'>): readonly string[] =>
  told.payloads.flatMap((payload) => (payload.kind === 'chat' ? [payload.text] : []));

/** Answers the user in the oracle's name, without the oracle. */
async function answerAsOracle(
  scene: EndsScene,
  call: CallLeaks,
  callKey: SecretBytes,
  signer: Signer,
): Promise<Outcome> {
  await scene.seat('user', call.sfuRoomName);
  const impostor = await joinAsImpostor(scene, call, callKey, signer);
  await using end = impostor.end;
  const code = await offerTo(scene, impostor);
  if (code !== undefined) return refused(code, 'the user refused the offer, and said nothing');
  await scene.ends.ask('write', { text: WORDS });
  await until(() => textsOf(end).includes(WORDS), 'the words of the user');
  return succeeded('the user told the impostor what was for the oracle');
}

/** Who speaks to the user in the oracle's name, or to both in the other's. */
export const impostorAttacks: readonly Attack<EndsScene>[] = [
  {
    name: 'attack: SFU stands between the two',
    refusedBy: 'ERR_HANDSHAKE_SIGNATURE',
    twin: {
      without: 'signatures under what was said in the handshake',
      parts: ['agent', 'page'],
      patches: [
        {
          file: 'packages/protocol/src/signing/signed-hash.ts',
          find: "if (!isValid) throw new OracleCallError('ERR_HANDSHAKE_SIGNATURE');",
          replace: 'void isValid;',
        },
      ],
    },
    async run(scene) {
      const call = await scene.place();
      // The SFU lets each of the two into a room of its own and sits in both, under the name of the other. The call key has
      // leaked to it: without that, it could not even read the offer.
      const callKey = secretOf(call.callKeyHex);
      const otherRoom = `${call.sfuRoomName}-other`;
      await scene.seat('user', call.sfuRoomName);
      await scene.seat('oracle', otherRoom);
      const impostor = await joinAsImpostor(scene, call, callKey, newSigner());
      await using asOracle = impostor.end;
      const code = await offerTo(scene, impostor);
      if (code !== undefined) return refused(code, 'the user refused the offer of the one between');
      const frames = [...(await scene.ends.ask('frames', {})).hex.map(bytesOf), ...impostor.frames];
      const { accept } = await openHandshake(frames, callKey, impostor.sealed.envelope, call.callId);
      await using asUser = await joinAsUser(
        { ...scene.sfu, sfuRoomName: otherRoom, identity: USER_IDENTITY },
        parseCallId(call.callId),
        {
          callKey,
          sealed: impostor.sealed,
          comparisonNonce: new SecretBytes(accept.userNonce, 'the user’s nonce'),
          callSigner: newSigner(),
        },
        { keys: readOracleKeys(documentOf(call)) },
      );
      await scene.ends.ask('begin', {});
      await scene.untilEnd('oracle', ({ isConfirmed }) => isConfirmed, 'the oracle shakes hands');
      await until(() => asUser.told.attempt !== undefined, 'the other handshake');
      await scene.ends.ask('write', { text: WORDS });
      await until(() => textsOf(asOracle).includes(WORDS), 'the words of the user');
      await asUser.link.send({ id: createPayloadId(), kind: 'chat', text: CHANGED, sentAt: systemClock.now() });
      await scene.untilEnd('oracle', ({ words }) => words.includes(CHANGED), 'the changed words');
      return succeeded('the one between read the user’s words, and the oracle got others');
    },
  },
  {
    name: 'attack: stolen envelope key, live',
    refusedBy: 'ERR_HANDSHAKE_SIGNATURE',
    twin: unsignedOffers,
    async run(scene) {
      const call = await scene.place();
      // Of the key file only what opens envelopes: the signer of the offer is another.
      return await answerAsOracle(scene, call, await openEnvelope(call, call.keyFile), newSigner());
    },
  },
  {
    name: 'attack: stolen user key answers as the oracle',
    refusedBy: 'ERR_HANDSHAKE_SIGNATURE',
    twin: unsignedOffers,
    async run(scene) {
      const call = await scene.place();
      // With the call key as well, so that the offer is read at all.
      const signer = createEd25519Signer(secretOf(call.userPrivateKeyHex));
      return await answerAsOracle(scene, call, secretOf(call.callKeyHex), signer);
    },
  },
];
